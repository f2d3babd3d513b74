"""From the templates of a pack and a study to documents: Markdown with slots, Word, Excel."""
