// Computes for as long as nobody stops it: a test does.

int main(void) {
    for (volatile unsigned i = 0;; i++) {}
}
