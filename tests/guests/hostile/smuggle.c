// Has the host itself read and write files outside, by the paths that calls name.
//| [[capabilities]]
//| http = { url = { config = "/url" }, access = "read" }

#include <unistd.h>

#include "step.h"

static const char *get(const char *url, const char *body, const char *options) {
    return call("{\"fn\":\"http.send\",\"args\":{\"method\":\"GET\",\"url\":\"%s\",\"headers\":[],\"body\":%s,"
                "\"effect\":\"read\",\"options\":%s}}", url, body, options);
}

int main(void) {
    const char *url = config("url"), *nothing = "{\"none\":null}";
    if (symlink("..", "/work/up")) return 3;
    tell_json("send by a link", get(url, "{\"file\":\"up/boot\"}", "{}"));
    tell_json("send by dots", get(url, "{\"file\":\"../boot\"}", "{}"));
    tell_json("send an absolute path", get(url, "{\"file\":\"/etc/passwd\"}", "{}"));
    tell_json("send the link itself", get(url, "{\"file\":\"up\"}", "{}"));
    tell_json("save by a link", get(url, nothing, "{\"saveTo\":\"up/escaped\"}"));
    tell_json("save by dots", get(url, nothing, "{\"saveTo\":\"../escaped\"}"));
    tell("was saved inside", access("/work/escaped", F_OK));
    return finish();
}
