// Makes the calls that its configuration lists, in order, and tells the answers.
//| [[capabilities]]
//| http = { url = { config = "/url" }, access = "write" }
//| [[capabilities]]
//| git = { url = { config = "/repository" }, access = "write" }
//| [[capabilities]]
//| worktree = { path = { literal = "out" }, access = "write" }
//| [[capabilities]]
//| secretsReveal = {}
//| [[capabilities]]
//| metadata = { access = "write" }
//| [[capabilities]]
//| [capabilities.objects]
//| apiVersion = "argoproj.io/v1alpha1"
//| kind = "Application"
//| each = "/apps"
//| name = "name"
//| namespace = "namespace"
//| defaultNamespace = "argocd"
//| access = "write"

#include "../hostile/step.h"

// Where the object that begins here ends.
static const char *end_of(const char *at) {
    int depth = 0, in_text = 0;
    for (; *at; at++) {
        if (in_text) {
            if (*at == '\\') at++;
            else if (*at == '"') in_text = 0;
        } else if (*at == '"') in_text = 1;
        else if (*at == '{') depth++;
        else if (*at == '}' && --depth == 0) return at + 1;
    }
    return at;
}

int main(void) {
    static char input[1 << 16];
    fread(input, 1, sizeof input - 1, stdin);
    const char *at = strstr(input, "\"calls\":[");
    if (!at) return 64;
    at += strlen("\"calls\":[");
    printf("{\"answers\":[");
    for (int first = 1; *at == '{'; first = 0) {
        const char *end = end_of(at);
        printf("%s%s", first ? "" : ",", call("%.*s", (int)(end - at), at));
        at = *end == ',' ? end + 1 : end;
    }
    puts("]}");
    return 0;
}
