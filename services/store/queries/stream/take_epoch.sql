-- Locks the stream until the transaction ends: two openers get two numbers.
update stream set epochs = epochs + 1 where stream_id = $1 returning epochs - 1 as "epoch!"
