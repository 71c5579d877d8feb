module windlass.dev/tests/guests/go-http

go 1.26
