// The token has been used; it need not stand in the address bar and the history.
history.replaceState(null, "", "./");
