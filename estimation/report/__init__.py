"""What may be said: sentences, pictures and the one door out."""
