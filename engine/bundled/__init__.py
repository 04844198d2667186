"""The bundled programs: plain files in percent cells, read as text and never imported."""
