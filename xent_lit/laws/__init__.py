"""The claims and derivations of the book, a module for each chapter; the ledger runs them."""
