"""The questions of each lesson: PREDICT, one Question, and RECAP, four of them."""
