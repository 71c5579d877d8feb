// Makes calls without reading or closing an answer.
//| limits = { handles = 64 }

#include "step.h"

static const char REQUEST[] = "{\"fn\":\"attempt.getMode\",\"args\":{}}";

int main(void) {
    int kept = 0, refused;
    while ((refused = host_call(REQUEST, sizeof REQUEST - 1)) >= 0) kept++;
    tell_number("kept", kept);
    tell_number("next", refused);
    return finish();
}
