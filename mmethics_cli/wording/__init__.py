"""Words for people: values, citations, what is typed; and how wide they stand on a screen."""
