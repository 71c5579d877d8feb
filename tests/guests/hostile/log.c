// Logs for as long as it may run, to standard error and through the host.
//| limits = { cpuMs = 300, logBytes = 2000 }

#include "step.h"

int main(void) {
    for (;;) {
        fputs("noise on standard error\n", stderr);
        call("{\"fn\":\"log.write\",\"args\":{\"level\":\"info\",\"message\":\"noise by a call\",\"fields\":null}}");
    }
}
