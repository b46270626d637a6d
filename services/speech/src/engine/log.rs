//! What whisper.cpp complains about: kept for error messages, everything below a warning is dropped.
//!
//! Debug builds of whisper.cpp log every decoded token, so its lower levels must never reach a log of ours.

use std::ffi::{CStr, c_char, c_uint, c_void};
use std::sync::{Mutex, Once, PoisonError};

use whisper_rs::GGMLLogLevel;

/// Complaints kept; later ones fall away, since the first is the cause.
const MOST_LINES: usize = 8;

static INSTALL: Once = Once::new();
static COMPLAINTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Points whisper.cpp's and ggml's log at this module. Cheap to call again.
#[expect(unsafe_code, reason = "the hooks of whisper-rs pass on every level")]
pub(super) fn install() {
    // SAFETY: `keep` has the signature that ggml expects, never unwinds, and needs no user data.
    INSTALL.call_once(|| unsafe { whisper_rs::set_log_callback(Some(keep), std::ptr::null_mut()) });
}

/// Takes the complaints since the last call, joined; empty when there were none.
pub(super) fn take_complaints() -> String {
    let mut lines = COMPLAINTS.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *lines).join("; ")
}

#[expect(unsafe_code, reason = "called by C with a C string")]
unsafe extern "C" fn keep(level: c_uint, text: *const c_char, _: *mut c_void) {
    if text.is_null() || !matches!(GGMLLogLevel::from(level), GGMLLogLevel::Warn | GGMLLogLevel::Error) {
        return;
    }
    // SAFETY: not null, and ggml passes a NUL-terminated string that lives through this call.
    let line = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let mut lines = COMPLAINTS.lock().unwrap_or_else(PoisonError::into_inner);
    if lines.len() < MOST_LINES {
        lines.push(line.trim().to_owned());
    }
}
