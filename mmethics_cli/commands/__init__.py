"""One file a command: options in, calls, echo out; the only place that joins the rooms."""
