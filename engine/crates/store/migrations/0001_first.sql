-- Everything is keyed by tenant first. Written for SQLite and PostgreSQL alike: texts for ids and JSON, 64-bit integers
-- for numbers and for times in microseconds, no generated keys.

CREATE TABLE units (
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (tenant, project, kind, id)
);

CREATE TABLE events (
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    seq BIGINT NOT NULL,
    -- The event, or where it is longer than 64 KiB the digest of the file that holds it.
    body TEXT,
    blob TEXT,
    PRIMARY KEY (tenant, project, kind, unit, seq)
);

CREATE TABLE inbox (
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    number BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, project, kind, unit, number)
);

CREATE TABLE leases (
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    owner TEXT NOT NULL,
    token BIGINT NOT NULL,
    until_micros BIGINT NOT NULL,
    PRIMARY KEY (tenant, project, kind, unit)
);

CREATE TABLE counters (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE resources (
    tenant TEXT NOT NULL,
    project TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    resource_version BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant, project, kind, name)
);

CREATE TABLE attempt_logs (
    tenant TEXT NOT NULL,
    promotion TEXT NOT NULL,
    step TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    body TEXT,
    blob TEXT,
    PRIMARY KEY (tenant, promotion, step, attempt)
);
