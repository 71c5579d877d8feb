// Ends with an exit code that means nothing, and without a word.

int main(void) { return 3; }
