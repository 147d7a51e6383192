package schemajson

import "encoding/json"

// formatVersion is the version of the JSON form, which the CLIs print too.
const formatVersion = "1.0"

type document struct {
	FormatVersion string                   `json:"format_version"`
	Providers     map[string]*providerJSON `json:"provider_schemas"`
}

type providerJSON struct {
	Provider           *schemaJSON              `json:"provider,omitempty"`
	Resources          map[string]*schemaJSON   `json:"resource_schemas,omitempty"`
	DataSources        map[string]*schemaJSON   `json:"data_source_schemas,omitempty"`
	EphemeralResources map[string]*schemaJSON   `json:"ephemeral_resource_schemas,omitempty"`
	ListResources      map[string]*schemaJSON   `json:"list_resource_schemas,omitempty"`
	StateStores        map[string]*schemaJSON   `json:"state_store_schemas,omitempty"`
	Actions            map[string]*actionJSON   `json:"action_schemas,omitempty"`
	Functions          map[string]*functionJSON `json:"functions,omitempty"`
	Identities         map[string]*identityJSON `json:"resource_identity_schemas,omitempty"`
}

// schemaJSON carries its version even when it is zero, as the CLIs do.
type schemaJSON struct {
	Version int64      `json:"version"`
	Block   *blockJSON `json:"block"`
}

type actionJSON struct {
	Block *blockJSON `json:"block"`
}

// describedJSON is the part that blocks and attributes share.
type describedJSON struct {
	Description        string `json:"description,omitempty"`
	DescriptionKind    string `json:"description_kind"`
	Deprecated         bool   `json:"deprecated,omitempty"`
	DeprecationMessage string `json:"deprecation_message,omitempty"`
}

type blockJSON struct {
	describedJSON

	Attributes map[string]*attributeJSON   `json:"attributes,omitempty"`
	Blocks     map[string]*nestedBlockJSON `json:"block_types,omitempty"`
}

type nestedBlockJSON struct {
	Nesting  string     `json:"nesting_mode"`
	Block    *blockJSON `json:"block"`
	MinItems int64      `json:"min_items,omitempty"`
	MaxItems int64      `json:"max_items,omitempty"`
}

// attributeJSON has either a type or a nested type.
type attributeJSON struct {
	describedJSON

	Type      json.RawMessage   `json:"type,omitempty"`
	Nested    *nestedObjectJSON `json:"nested_type,omitempty"`
	Required  bool              `json:"required,omitempty"`
	Optional  bool              `json:"optional,omitempty"`
	Computed  bool              `json:"computed,omitempty"`
	Sensitive bool              `json:"sensitive,omitempty"`
	WriteOnly bool              `json:"write_only,omitempty"`
}

type nestedObjectJSON struct {
	Attributes map[string]*attributeJSON `json:"attributes,omitempty"`
	Nesting    string                    `json:"nesting_mode"`
}

type identityJSON struct {
	Version    int64                             `json:"version"`
	Attributes map[string]*identityAttributeJSON `json:"attributes,omitempty"`
}

type identityAttributeJSON struct {
	Type        json.RawMessage `json:"type"`
	Description string          `json:"description,omitempty"`
	Required    bool            `json:"required_for_import,omitempty"`
	Optional    bool            `json:"optional_for_import,omitempty"`
}

type functionJSON struct {
	Description        string           `json:"description,omitempty"`
	Summary            string           `json:"summary,omitempty"`
	DeprecationMessage string           `json:"deprecation_message,omitempty"`
	Return             json.RawMessage  `json:"return_type"`
	Parameters         []*parameterJSON `json:"parameters,omitempty"`
	Variadic           *parameterJSON   `json:"variadic_parameter,omitempty"`
}

type parameterJSON struct {
	Name        string          `json:"name,omitempty"`
	Description string          `json:"description,omitempty"`
	Nullable    bool            `json:"is_nullable,omitempty"`
	Type        json.RawMessage `json:"type"`
}
