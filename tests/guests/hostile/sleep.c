// Waits for ever.
//| limits = { wallMs = 200 }

#include <unistd.h>

int main(void) {
    for (;;) sleep(1000);
}
