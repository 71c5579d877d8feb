// Says something that is no JSON.

#include <stdio.h>

int main(void) {
    puts("done!");
    return 0;
}
