// Takes all the memory that it can get, and tells how much that was.
//| limits = { memoryBytes = 16777216 }

#include "step.h"

#define PAGE 65536

int main(void) {
    while (__builtin_wasm_memory_grow(0, 1) != (size_t)-1) {}
    tell_number("bytes", (long long)__builtin_wasm_memory_size(0) * PAGE);
    return finish();
}
