-- Resources by kind first: lists go over all namespaces. Kinds without a namespace have an empty one.

CREATE TABLE documents (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    resource_version BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, namespace, name)
);

INSERT INTO documents (tenant, kind, namespace, name, resource_version, document)
    SELECT tenant, kind, project, name, resource_version, document FROM resources;

DROP TABLE resources;
