// Asks for 4 GiB of memory at once.
//| limits = { memoryBytes = 16777216 }

int main(void) { return __builtin_wasm_memory_grow(0, 65000) == (__SIZE_TYPE__)-1; }
