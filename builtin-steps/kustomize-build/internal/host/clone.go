package host

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Cloner obtains remote repositories with git.clone calls.
type Cloner struct {
	Call Function
	// ScratchDir is where the scratch directory is seen from here; trees are checked out into it.
	ScratchDir string

	clones int
}

var commitID = regexp.MustCompile(`^[0-9a-f]{40}$`)

// Clone checks the tree of ref out of the repository url into a new directory and returns that directory. ref is what
// git fetch takes: a commit, or a full or short name of a tag or branch; empty for the default branch.
func (c *Cloner) Clone(url, ref string, submodules bool) (string, error) {
	rev, err := c.resolve(url, ref)
	if err != nil {
		return "", err
	}
	c.clones++
	name := fmt.Sprintf("repository-%d", c.clones)
	_, err = ask[[]string](c.Call, "git.clone", map[string]any{
		"url":       url,
		"checkouts": []any{map[string]any{"rev": rev, "path": name}},
		"options":   map[string]any{"scratch": true, "recurseSubmodules": submodules},
	})
	if err != nil {
		return "", fmt.Errorf("cloning %s: %w", url, err)
	}
	return path.Join(c.ScratchDir, name), nil
}

// resolve finds out what ref names: git.clone wants to be told whether it is a tag, a branch or a commit.
func (c *Cloner) resolve(url, ref string) (any, error) {
	switch {
	case ref == "" || ref == "HEAD":
		return "default-branch", nil
	case commitID.MatchString(strings.ToLower(ref)):
		return map[string]string{"commit": strings.ToLower(ref)}, nil
	}
	// The order in which Git completes a short name (gitrevisions(7)).
	candidates := []string{ref, "refs/" + ref, "refs/tags/" + ref, "refs/heads/" + ref}
	refs, err := ask[[][2]string](c.Call, "git.listRefs", map[string]any{"url": url, "patterns": candidates})
	if err != nil {
		return nil, fmt.Errorf("reading the refs of %s: %w", url, err)
	}
	commits := map[string]string{}
	for _, found := range refs {
		commits[found[0]] = found[1]
	}
	for _, name := range candidates {
		commit, found := commits[name]
		if !found {
			continue
		}
		if tag, ok := strings.CutPrefix(name, "refs/tags/"); ok {
			return map[string]string{"tag": tag}, nil
		}
		if branch, ok := strings.CutPrefix(name, "refs/heads/"); ok {
			return map[string]string{"branch": branch}, nil
		}
		return map[string]string{"commit": commit}, nil
	}
	return nil, fmt.Errorf("%s has no tag, branch or commit %q", url, ref)
}
