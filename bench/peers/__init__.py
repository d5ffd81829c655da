"""What Ranklens is measured against."""
