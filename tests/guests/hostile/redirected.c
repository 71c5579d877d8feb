// Asks a URL that it may ask, and is sent on from there with what it says of itself.
//| [[capabilities]]
//| http = { url = { config = "/url" }, access = "read" }

#include "step.h"

int main(void) {
    tell_json("answer", call("{\"fn\":\"http.send\",\"args\":{\"method\":\"GET\",\"url\":\"%s\",\"headers\":"
                             "[[\"Authorization\",\"Bearer mine\"]],\"body\":{\"none\":null},\"effect\":\"read\","
                             "\"options\":{}}}", config("url")));
    return finish();
}
