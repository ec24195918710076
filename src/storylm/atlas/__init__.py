"""What a sweep says: tables and pictures, scaling laws with their intervals, and one page."""
