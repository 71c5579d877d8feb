package step

import (
	"testing"

	"sigs.k8s.io/kustomize/api/provider"
)

func TestFilesAreNamedAfterTheirResource(t *testing.T) {
	factory := provider.NewDefaultDepProvider().GetResourceFactory()
	for _, try := range []struct {
		object, kargo, kustomize, amongMany string
	}{
		{
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: Web, namespace: Prod}",
			"prod-deployment-web.yaml", "apps_v1_deployment_web.yaml", "prod_apps_v1_deployment_web.yaml",
		},
		{
			"apiVersion: v1\nkind: Service\nmetadata: {name: web}",
			"service-web.yaml", "v1_service_web.yaml", "v1_service_web.yaml",
		},
		{
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:reader', namespace: n}",
			"n-clusterrole-system:reader.yaml",
			"rbac.authorization.k8s.io_v1_clusterrole_system:reader.yaml",
			"rbac.authorization.k8s.io_v1_clusterrole_system:reader.yaml",
		},
	} {
		object, err := factory.FromBytes([]byte(try.object))
		if err != nil {
			t.Fatal(err)
		}
		for want, got := range map[string]string{
			try.kargo:     fileName(formatKargo, object, true),
			try.kustomize: fileName(formatKustomize, object, false),
			try.amongMany: fileName(formatKustomize, object, true),
		} {
			if got != want {
				t.Errorf("%q instead of %q", got, want)
			}
		}
	}
}

func TestUnsafeFileNamesAreRefused(t *testing.T) {
	for name, safe := range map[string]bool{
		"service-web.yaml":       true,
		"v1_service_a:b.yaml":    true,
		"..yaml":                 true,
		"":                       false,
		".":                      false,
		"..":                     false,
		"/etc/passwd":            false,
		"configmap-../evil.yaml": false,
		"a/b.yaml":               false,
		`a\b.yaml`:               false,
	} {
		if err := checkFileName(name); (err == nil) != safe {
			t.Errorf("%q: %v", name, err)
		}
	}
}
