// Writes a result that never ends.
//| limits = { cpuMs = 300 }

#include <stdio.h>

int main(void) {
    for (int i = 0; i < 1 << 20; i++) fputs("[1,", stdout);
    return 0;
}
