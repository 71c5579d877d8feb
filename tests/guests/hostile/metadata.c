// Asks a URL: that of a metadata service, in one disguise or another.
//| [[capabilities]]
//| http = { url = { config = "/url" }, access = "read" }

#include "step.h"

int main(void) {
    tell_json("answer", call("{\"fn\":\"http.send\",\"args\":{\"method\":\"GET\",\"url\":\"%s\",\"headers\":[],"
                             "\"body\":{\"none\":null},\"effect\":\"read\",\"options\":{\"timeoutMs\":5000}}}",
                             config("url")));
    return finish();
}
