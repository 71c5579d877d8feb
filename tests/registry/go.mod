// The registry program that tests run: Google's, as it is.
module windlass.dev/tests/registry

go 1.25.0

tool github.com/google/go-containerregistry/cmd/registry

require github.com/google/go-containerregistry v0.22.1 // indirect
