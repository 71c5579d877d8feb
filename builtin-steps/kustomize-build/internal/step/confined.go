package step

import (
	"fmt"
	"path/filepath"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// confined is the disk as a build sees it: every directory it enters lies in one of the roots. What links could lead to
// is the host's to refuse; this is for paths that climb, of which the host could only say that there is nothing.
type confined struct {
	filesys.FileSystem
	roots []string
}

// newConfined opens the directories roots, given as absolute paths.
func newConfined(roots ...string) confined {
	return confined{filesys.MakeFsOnDisk(), roots}
}

// CleanedAbs implements filesys.FileSystem: the library asks it wherever it enters a directory.
func (c confined) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	inside := func(root string) bool {
		relative, err := filepath.Rel(root, path)
		return err == nil && filepath.IsLocal(relative)
	}
	if !slices.ContainsFunc(c.roots, inside) {
		return "", "", fmt.Errorf("'%s' is outside the work directory", path)
	}
	return c.FileSystem.CleanedAbs(path)
}
