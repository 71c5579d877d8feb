// Waits, so that a test can look at what the steps before it left.

#include <stdio.h>
#include <unistd.h>

int main(void) {
    fputs("looking is allowed\n", stderr);
    for (;;) sleep(1000);
}
