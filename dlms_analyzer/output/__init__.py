"""Messages for people and programs: lines, trees, jsonl."""
