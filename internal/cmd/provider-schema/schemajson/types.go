package schemajson

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// convertType writes a type in the JSON form that the CLIs use: a name for a
// primitive, an array of kind and contents for everything else. The types have
// a MarshalJSON of their own, but it is deprecated for use by others.
func convertType(t tftypes.Type) (json.RawMessage, error) {
	form, err := typeForm(t)
	if err != nil {
		return nil, err
	}
	return json.Marshal(form)
}

func typeForm(t tftypes.Type) (any, error) {
	if t == nil {
		return nil, errors.New("type is missing")
	}
	switch t := t.(type) {
	case tftypes.List:
		return collectionForm("list", t.ElementType)
	case tftypes.Set:
		return collectionForm("set", t.ElementType)
	case tftypes.Map:
		return collectionForm("map", t.ElementType)
	case tftypes.Tuple:
		elements := make([]any, 0, len(t.ElementTypes))
		for i, elementType := range t.ElementTypes {
			element, err := typeForm(elementType)
			if err != nil {
				return nil, fmt.Errorf("tuple element %d: %w", i, err)
			}
			elements = append(elements, element)
		}
		return []any{"tuple", elements}, nil
	case tftypes.Object:
		attributes := make(map[string]any, len(t.AttributeTypes))
		for name, attributeType := range t.AttributeTypes {
			attribute, err := typeForm(attributeType)
			if err != nil {
				return nil, fmt.Errorf("object attribute %q: %w", name, err)
			}
			attributes[name] = attribute
		}
		return []any{"object", attributes}, nil
	}
	switch {
	case t.Is(tftypes.String):
		return "string", nil
	case t.Is(tftypes.Number):
		return "number", nil
	case t.Is(tftypes.Bool):
		return "bool", nil
	case t.Is(tftypes.DynamicPseudoType):
		return "dynamic", nil
	}
	return nil, fmt.Errorf("type %s is not known", t)
}

func collectionForm(kind string, elementType tftypes.Type) (any, error) {
	element, err := typeForm(elementType)
	if err != nil {
		return nil, fmt.Errorf("%s element: %w", kind, err)
	}
	return []any{kind, element}, nil
}

func descriptionKind(kind tfprotov6.StringKind) string {
	if kind == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}

func blockNesting(mode tfprotov6.SchemaNestedBlockNestingMode) (string, error) {
	switch mode {
	case tfprotov6.SchemaNestedBlockNestingModeSingle:
		return "single", nil
	case tfprotov6.SchemaNestedBlockNestingModeList:
		return "list", nil
	case tfprotov6.SchemaNestedBlockNestingModeSet:
		return "set", nil
	case tfprotov6.SchemaNestedBlockNestingModeMap:
		return "map", nil
	case tfprotov6.SchemaNestedBlockNestingModeGroup:
		return "group", nil
	}
	return "", fmt.Errorf("nesting mode %s is not known", mode)
}

func objectNesting(mode tfprotov6.SchemaObjectNestingMode) (string, error) {
	switch mode {
	case tfprotov6.SchemaObjectNestingModeSingle:
		return "single", nil
	case tfprotov6.SchemaObjectNestingModeList:
		return "list", nil
	case tfprotov6.SchemaObjectNestingModeSet:
		return "set", nil
	case tfprotov6.SchemaObjectNestingModeMap:
		return "map", nil
	}
	return "", fmt.Errorf("nesting mode %s is not known", mode)
}
