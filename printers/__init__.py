"""Turn what a paper says into paper: PDF documents, ESC/POS slips, and the printers they go to."""
