// Notes down what it was not granted to, what nobody can read again, and a secret.
//| [[capabilities]]
//| metadata = { access = "write" }
//| [[capabilities]]
//| secretsReveal = {}

#include "step.h"

static const char *note(const char *kind, const char *name, const char *values) {
    return call("{\"fn\":\"metadata.upsert\",\"args\":{\"kind\":\"%s\",\"name\":\"%s\",\"values\":%s}}", kind, name, values);
}

// Notes down `{"a": [[...]]}`, this deep.
static const char *deep(int levels) {
    char *values = malloc(2 * levels + 16), *end = values;
    end += sprintf(end, "{\"a\":");
    for (int i = 0; i < levels; i++) *end++ = '[';
    for (int i = 0; i < levels; i++) *end++ = ']';
    strcpy(end, "}");
    return note("Stage", "dev", values);
}

int main(void) {
    const char *token = config("token");
    char values[128];
    tell_json("another kind", note("Project", "demo", "{}"));
    tell_json("nobody", note("Stage", "../dev", "{}"));
    tell_json("no object", note("Stage", "dev", "[]"));
    tell_json("deep", deep(10000));
    snprintf(values, sizeof values, "{\"token\":\"%s\"}", token);
    tell_json("a token", note("Stage", "dev", values));
    tell_json("reveal", call("{\"fn\":\"secrets.reveal\",\"args\":{\"token\":\"%s\"}}", token));
    tell_json("a secret", note("Stage", "dev", "{\"plain\":\"hunter2-hunter2\",\"in\":{\"side\":\"x hunter2-hunter2 y\"}}"));
    tell_json("read again", call("{\"fn\":\"metadata.get\",\"args\":{\"kind\":\"Stage\",\"name\":\"dev\"}}"));
    tell_json("an alias of a token",
              call("{\"fn\":\"metadata.setAlias\",\"args\":{\"freight\":\"%s\",\"alias\":\"%s\"}}", config("freight"), token));
    return finish();
}
