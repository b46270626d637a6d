select not_before, stopped from statement_sender
