"""Protobuf messages as JSON Schema (OpenAPI 3.1), as proto JSON writes them."""

from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from gateway.http.comments import comments

Schema = dict[str, Any]
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.FieldMask": {"type": "string", "description": "Names of fields, separated by commas."},
    "google.protobuf.Struct": {"type": "object", "additionalProperties": True},
}
_SCALARS: dict[int, Schema] = {
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    # JSON numbers lose digits past 2^53, so proto JSON writes strings; numbers are accepted.
    FieldDescriptor.CPPTYPE_INT64: {"type": ["string", "integer"], "format": "int64"},
    FieldDescriptor.CPPTYPE_UINT64: {"type": ["string", "integer"], "format": "uint64"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
}


class Schemas:
    """Collects the schemas that a document refers to."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def reference(self, descriptor: Descriptor) -> Schema:
        """A $ref to the message's schema, which is added to the components."""
        known = _WELL_KNOWN.get(descriptor.full_name)
        if known is not None:
            return dict(known)
        name = component_name(descriptor)
        if name not in self.components:
            self.components[name] = {}  # ends the recursion of a message that contains itself
            self.components[name] = self.object_schema(descriptor)
        return {"$ref": f"#/components/schemas/{name}"}

    def object_schema(self, descriptor: Descriptor, without: frozenset[str] = frozenset()) -> Schema:
        """The message as an object schema, less the fields named in `without`."""
        properties = {item.name: self.field(item) for item in descriptor.fields if item.name not in without}
        schema: Schema = {"type": "object", "properties": properties}
        if descriptor.name.endswith("Request"):
            schema["additionalProperties"] = False
        return _described(schema, descriptor.full_name)

    def field(self, field: FieldDescriptor) -> Schema:
        """The schema of one field, with its comment."""
        message = field.message_type
        if message is not None and message.GetOptions().map_entry:
            value = self._single(message.fields_by_name["value"])
            return _described({"type": "object", "additionalProperties": value}, field.full_name)
        single = self._single(field)
        return _described({"type": "array", "items": single} if field.is_repeated else single, field.full_name)

    def _single(self, field: FieldDescriptor) -> Schema:
        if field.message_type is not None:
            return self.reference(field.message_type)
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        return dict(_SCALARS[field.cpp_type])

    def _enum(self, enum: EnumDescriptor) -> Schema:
        name = component_name(enum)
        texts = {value.name: comments().get(f"{enum.full_name}.{value.name}") for value in enum.values}
        explained = [f"{value}: {text}" for value, text in texts.items() if text]
        schema = _described({"type": "string", "enum": [value.name for value in enum.values]}, enum.full_name)
        if explained:
            schema["description"] = " ".join([schema.get("description", ""), *explained]).strip()
        self.components[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}


def component_name(descriptor: Descriptor | EnumDescriptor) -> str:
    """saleloop.leads.v1.Lead -> leads.Lead"""
    full_name = str(descriptor.full_name)
    parts = full_name.removeprefix("saleloop.").split(".")
    return ".".join(part for part in parts if part != "v1")


def _described(schema: Schema, full_name: str) -> Schema:
    text = comments().get(full_name)
    return schema | {"description": text} if text else schema
