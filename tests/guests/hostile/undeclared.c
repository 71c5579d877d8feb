// Reaches for what it never asked for: a host, a repository, an object, a secret, a call of the host's own.
//| [[capabilities]]
//| http = { url = { literal = "https://declared.example" }, access = "read" }

#include "step.h"

#define KEY "\"key\":{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Application\",\"namespace\":\"argocd\",\"name\":\"app-dev\"}"

int main(void) {
    const char *url = config("url"), *repository = config("repository");
    tell_json("get", call("{\"fn\":\"http.send\",\"args\":{\"method\":\"GET\",\"url\":\"%s\",\"headers\":[],"
                          "\"body\":{\"none\":null},\"effect\":\"read\",\"options\":{}}}", url));
    tell_json("post", call("{\"fn\":\"http.send\",\"args\":{\"method\":\"POST\",\"url\":\"https://declared.example/\","
                           "\"headers\":[],\"body\":{\"none\":null},\"effect\":\"write\",\"options\":{}}}"));
    tell_json("read with post", call("{\"fn\":\"http.send\",\"args\":{\"method\":\"POST\",\"url\":"
                                     "\"https://declared.example/\",\"headers\":[],\"body\":{\"none\":null},"
                                     "\"effect\":\"read\",\"options\":{}}}"));
    tell_json("clone", call("{\"fn\":\"git.clone\",\"args\":{\"url\":\"%s\",\"checkouts\":[{\"rev\":{\"default-branch\":"
                            "null},\"path\":\"out\",\"create\":false,\"sparse\":[]}],\"options\":{}}}", repository));
    tell_json("list refs", call("{\"fn\":\"git.listRefs\",\"args\":{\"url\":\"%s\",\"patterns\":[]}}",
                                repository));
    tell_json("get an object", call("{\"fn\":\"objects.get\",\"args\":{" KEY "}}"));
    tell_json("patch an object", call("{\"fn\":\"objects.patch\",\"args\":{" KEY ",\"patch\":{},\"resourceVersion\":null}}"));
    tell_json("reveal", call("{\"fn\":\"secrets.reveal\",\"args\":{\"token\":\"x\"}}"));
    tell_json("read metadata", call("{\"fn\":\"metadata.get\",\"args\":{\"kind\":\"Stage\",\"name\":\"dev\"}}"));
    tell_json("note metadata", call("{\"fn\":\"metadata.upsert\",\"args\":{\"kind\":\"Stage\",\"name\":\"dev\",\"values\":{}}}"));
    tell_json("set an alias", call("{\"fn\":\"metadata.setAlias\",\"args\":{\"freight\":\"f\",\"alias\":\"a\"}}"));
    tell_json("update a ref", call("{\"fn\":\"host.git.updateRef\",\"args\":{}}"));
    return finish();
}
