// Asks for 4 GiB of memory.
//| limits = { memoryBytes = 16777216 }

#include "step.h"

int main(void) {
    // Volatile, or the compiler takes memory that nobody uses for granted.
    char *volatile memory = malloc(4294000000);
    return memory ? 0 : 1;
}
