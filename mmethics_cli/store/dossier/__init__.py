"""A dossier's folder and the files in it."""
