"""The pack as proved values, and how it is read from trees."""
