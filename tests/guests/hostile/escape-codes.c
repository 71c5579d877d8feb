// Speaks to the terminal of whoever watches: clears it, names its window, and takes back what was written.

#include <stdio.h>

int main(void) {
    fputs("\033[2J\033]0;mine\007all\b\b\bnothing\r is well\n", stderr);
    return 1;
}
