-- Pages that were scanned and are not filed yet; their pictures lie with the attachments.
CREATE TABLE scan_tray (
  id       TEXT PRIMARY KEY,
  case_id  TEXT NOT NULL,  -- '' where nobody knows yet
  place    INTEGER NOT NULL,
  material TEXT NOT NULL,
  sha      TEXT NOT NULL,
  source   TEXT NOT NULL,
  taken_at TEXT NOT NULL,
  width    INTEGER NOT NULL,
  height   INTEGER NOT NULL,
  dpi      INTEGER NOT NULL,
  edits    TEXT NOT NULL,  -- JSON
  seen     TEXT NOT NULL   -- JSON
);
CREATE INDEX scan_tray_case ON scan_tray (case_id, place);
CREATE INDEX scan_tray_sha ON scan_tray (sha);
