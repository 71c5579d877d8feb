// Claims limits that no number of its own can reach, to see whether they overflow.
//| [limits]
//| cpuMs = 9223372036854775807
//| wallMs = 9223372036854775807
//| memoryBytes = 9223372036854775807
//| diskBytes = 9223372036854775807
//| diskFiles = 9223372036854775807
//| logBytes = 9223372036854775807
//| calls = 9223372036854775807
//| egressBytes = 9223372036854775807
//| handles = 4294967295

#include "step.h"

int main(void) {
    tell_json("left", call("{\"fn\":\"attempt.remainingMs\",\"args\":{}}"));
    return finish();
}
