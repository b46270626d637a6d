//! Asks whatever listens on a port whether it speaks Kafka.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const CORRELATION: i32 = 0x6561_7277;

/// Sends an `ApiVersions` request of version 0, which every broker must answer, and reads the head of the answer.
/// (Kafka protocol guide: a length of 4 bytes, then key, version, correlation id and client id; back come length,
/// correlation id and error code, all big-endian.)
pub(crate) async fn speaks_kafka(address: SocketAddr) -> io::Result<()> {
    const API_VERSIONS: i16 = 18;
    let client_id = b"earwitness";
    let mut request = Vec::new();
    request.extend(API_VERSIONS.to_be_bytes());
    request.extend(0_i16.to_be_bytes());
    request.extend(CORRELATION.to_be_bytes());
    request.extend(10_i16.to_be_bytes());
    request.extend(client_id);
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(&20_i32.to_be_bytes()).await?;
    stream.write_all(&request).await?;
    let _length = stream.read_i32().await?;
    let correlation = stream.read_i32().await?;
    let error = stream.read_i16().await?;
    if correlation == CORRELATION && error == 0 { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::{CORRELATION, speaks_kafka};

    #[tokio::test]
    async fn another_server_is_not_taken_for_a_broker() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        };
        let (asked, ()) = tokio::join!(speaks_kafka(address), serve);
        assert!(asked.is_err());
    }

    #[tokio::test]
    async fn the_request_is_framed_as_the_protocol_says() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = usize::try_from(stream.read_i32().await.unwrap()).unwrap();
            let mut request = vec![0; length];
            stream.read_exact(&mut request).await.unwrap();
            stream.write_i32(10).await.unwrap();
            stream.write_i32(CORRELATION).await.unwrap();
            stream.write_i16(0).await.unwrap();
            request
        };
        let (asked, request) = tokio::join!(speaks_kafka(address), serve);
        asked.unwrap();
        assert!(request.ends_with(b"earwitness"), "{request:?}");
    }
}
