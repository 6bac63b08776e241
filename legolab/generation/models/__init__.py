"""Language models behind one small interface: feed tokens, read logits, rewind."""
