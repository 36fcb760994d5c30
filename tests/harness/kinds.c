/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/kinds.h"

static const struct tc_field point_fields[] = {
	TC_FIELD(struct kinds_point, x, "x", &tc_type_int64, TC_REQUIRED),
	TC_FIELD(struct kinds_point, y, "y", &tc_type_int64, TC_INDIRECT),
};
static const struct tc_type point = TC_TYPE_OF_OBJECT(struct kinds_point, point_fields, NULL);

static const struct tc_field open_fields[] = {
	TC_FIELD(struct kinds_open, name, "name", &tc_type_string, TC_REQUIRED),
};
static const struct tc_type open_object =
	TC_TYPE_OF_OPEN_OBJECT(struct kinds_open, other_members, open_fields, NULL);

static const struct tc_text_rules circle_kind_rules = TC_ALLOWED(1, "circle");
static const struct tc_type circle_kind = TC_TYPE_OF_TEXT(&circle_kind_rules);
static const struct tc_field circle_fields[] = {
	TC_FIELD(struct kinds_circle, kind, "kind", &circle_kind, TC_REQUIRED),
	TC_FIELD(struct kinds_circle, radius, "radius", &tc_type_double, TC_REQUIRED),
};
static const struct tc_type circle = TC_TYPE_OF_OBJECT(struct kinds_circle, circle_fields, NULL);

static const struct tc_type points_type = TC_TYPE_OF_ARRAY(struct kinds_point, &point, 0, NULL);
static const struct tc_text_rules box_kind_rules = TC_ALLOWED(2, "box\0crate");
static const struct tc_type box_kind = TC_TYPE_OF_TEXT(&box_kind_rules);
static const struct tc_field box_fields[] = {
	TC_FIELD(struct kinds_box, kind, "kind", &box_kind, TC_REQUIRED),
	TC_FIELD(struct kinds_box, corners, "corners", &points_type, TC_REQUIRED),
	TC_FIELD(struct kinds_box, label, "label", &tc_type_json, 0),
};
static const struct tc_type box = TC_TYPE_OF_OBJECT(struct kinds_box, box_fields, NULL);
static const struct tc_arm shape_arms[] = {
	{ &circle, "circle", 1 },
	{ &box, "box\0crate", 2 },
};
const struct tc_type kinds_shape_type = TC_TYPE_OF_UNION(struct kinds_shape, shape_arms, "kind");

static const struct tc_type row = TC_TYPE_OF_ARRAY(double, &tc_type_double, 0, NULL);
static const struct tc_arm id_arms[] = {
	{ &tc_type_string, NULL, 0 },
	{ &tc_type_int64, NULL, 0 },
	{ &point, NULL, 0 },
	{ &row, NULL, 0 },
};
static const struct tc_type id = TC_TYPE_OF_UNION(struct kinds_id, id_arms, NULL);

static const struct tc_field token_fields[] = {
	TC_FIELD(struct kinds_token, token, "token", &tc_type_string, TC_REQUIRED),
};
static const struct tc_type token = TC_TYPE_OF_OBJECT(struct kinds_token, token_fields, NULL);
static const struct tc_field signed_fields[] = {
	TC_FIELD(struct kinds_signed, document, "document", &tc_type_string, TC_REQUIRED),
	TC_FIELD(struct kinds_signed, signature, "signature", &tc_type_string, TC_REQUIRED),
};
static const struct tc_type signed_document =
	TC_TYPE_OF_OBJECT(struct kinds_signed, signed_fields, NULL);
static const struct tc_field document_fields[] = {
	TC_FIELD(struct kinds_document, document, "document", &tc_type_string, TC_REQUIRED),
};
static const struct tc_type document =
	TC_TYPE_OF_OBJECT(struct kinds_document, document_fields, NULL);
static const struct tc_arm proof_arms[] = {
	{ &token, NULL, 0 },
	{ &signed_document, NULL, 0 },
	{ &document, NULL, 0 },
};
static const struct tc_type proof = TC_TYPE_OF_UNION(struct kinds_proof, proof_arms, NULL);

static const struct tc_type texts = TC_TYPE_OF_ARRAY(const char *, &tc_type_string, 0, NULL);
static const struct tc_type wholes = TC_TYPE_OF_ARRAY(int64_t, &tc_type_int64, 0, NULL);
static const struct tc_type flags = TC_TYPE_OF_ARRAY(bool, &tc_type_bool, 0, NULL);
static const struct tc_type rows = TC_TYPE_OF_ARRAY(struct kinds_row, &row, 0, NULL);
static const struct tc_type jsons = TC_TYPE_OF_ARRAY(const tc_json *, &tc_type_json, 0, NULL);
static const struct tc_type counts = TC_TYPE_OF_MAP(struct kinds_count, &tc_type_int64, 0, NULL);
static const struct tc_type places = TC_TYPE_OF_MAP(struct kinds_place, &point, 0, NULL);
static const struct tc_type answers =
	TC_TYPE_OF_MAP(struct kinds_answer, &tc_type_bool, TC_INDIRECT, NULL);
static const struct tc_type holes =
	TC_TYPE_OF_ARRAY(struct tc_opt_int64, &tc_type_int64, TC_INDIRECT, NULL);
static const struct tc_type text_holes =
	TC_TYPE_OF_ARRAY(const char *, &tc_type_string, TC_INDIRECT, NULL);
static const struct tc_type point_holes =
	TC_TYPE_OF_ARRAY(const struct kinds_point *, &point, TC_INDIRECT, NULL);
static const struct tc_type shapes =
	TC_TYPE_OF_ARRAY(struct kinds_shape, &kinds_shape_type, 0, NULL);

static const struct tc_field fields[] = {
	TC_FIELD(struct kinds, text, "text", &tc_type_string, 0),
	TC_FIELD(struct kinds, whole, "whole", &tc_type_int64, TC_REQUIRED),
	TC_FIELD(struct kinds, number, "number", &tc_type_double, TC_REQUIRED),
	TC_FIELD(struct kinds, flag, "flag", &tc_type_bool, TC_REQUIRED),
	TC_FIELD(struct kinds, point, "point", &point, TC_REQUIRED),
	TC_FIELD(struct kinds, maybe_whole, "maybeWhole", &tc_type_int64, TC_INDIRECT),
	TC_FIELD(struct kinds, maybe_number, "maybeNumber", &tc_type_double, TC_INDIRECT),
	TC_FIELD(struct kinds, maybe_flag, "maybeFlag", &tc_type_bool, TC_INDIRECT),
	TC_FIELD(struct kinds, maybe_point, "maybePoint", &point, TC_INDIRECT),
	TC_FIELD(struct kinds, texts, "texts", &texts, 0),
	TC_FIELD(struct kinds, wholes, "wholes", &wholes, 0),
	TC_FIELD(struct kinds, flags, "flags", &flags, 0),
	TC_FIELD(struct kinds, points, "points", &points_type, 0),
	TC_FIELD(struct kinds, rows, "rows", &rows, 0),
	TC_FIELD(struct kinds, any, "any", &tc_type_json, 0),
	TC_FIELD(struct kinds, object, "object", &tc_type_json_object, 0),
	TC_FIELD(struct kinds, jsons, "jsons", &jsons, 0),
	TC_FIELD(struct kinds, counts, "counts", &counts, 0),
	TC_FIELD(struct kinds, places, "places", &places, 0),
	TC_FIELD(struct kinds, answers, "answers", &answers, 0),
	TC_FIELD_NULLABLE(struct kinds, nullable_text, nullable_text_null, "nullableText",
		&tc_type_string, 0),
	TC_FIELD_NULLABLE(struct kinds, nullable_whole, nullable_whole_null, "nullableWhole",
		&tc_type_int64, TC_INDIRECT),
	TC_FIELD_NULLABLE(struct kinds, nullable_point, nullable_point_null, "nullablePoint",
		&point, TC_INDIRECT),
	TC_FIELD(struct kinds, holes, "holes", &holes, 0),
	TC_FIELD(struct kinds, text_holes, "textHoles", &text_holes, 0),
	TC_FIELD(struct kinds, point_holes, "pointHoles", &point_holes, 0),
	TC_FIELD(struct kinds, shape, "shape", &kinds_shape_type, TC_INDIRECT),
	TC_FIELD(struct kinds, shapes, "shapes", &shapes, 0),
	TC_FIELD(struct kinds, id, "id", &id, TC_INDIRECT),
	TC_FIELD(struct kinds, proof, "proof", &proof, TC_INDIRECT),
	TC_FIELD(struct kinds, open, "open", &open_object, TC_INDIRECT),
	TC_FIELD(struct kinds, inner, "inner", &kinds_type, TC_INDIRECT),
};
const struct tc_type kinds_type = TC_TYPE_OF_OBJECT(struct kinds, fields, NULL);
const struct tc_type kinds_points_type = TC_TYPE_OF_ARRAY(struct kinds_point, &point, 0, NULL);

const char kinds_least_text[] = "{\"whole\":0,\"number\":0,\"flag\":false,\"point\":{\"x\":0}}";

const char kinds_full_text[] =
	"{\"text\":\"t\\\"\\n\\u00e9\",\"whole\":-9223372036854775808,\"number\":0.1,\"flag\":true,"
	"\"point\":{\"x\":1,\"y\":2},\"maybeWhole\":0,\"maybeNumber\":-2.5e-7,\"maybeFlag\":false,"
	"\"maybePoint\":{\"x\":9223372036854775807},\"texts\":[\"\",\"a\",\"a\"],"
	"\"wholes\":[1,2,3],\"flags\":[true,false,true],"
	"\"points\":[{\"x\":1},{\"y\":5,\"x\":2}],\"rows\":[[],[1.5],[1,2,3]],"
	"\"any\":{\"deep\":[1,{\"er\":null}]},\"object\":{\"a\":\"b\"},"
	"\"jsons\":[null,1.50,\"x\",[],{}],\"counts\":{\"a\":1,\"\":2,\"b/~\":3},"
	"\"places\":{\"home\":{\"x\":4,\"y\":5}},\"answers\":{\"q\":true,\"r\":null},"
	"\"nullableText\":null,\"nullableWhole\":null,\"nullablePoint\":null,"
	"\"holes\":[1,null,3],\"textHoles\":[null,\"x\"],\"pointHoles\":[{\"x\":1},null],"
	"\"shape\":{\"corners\":[{\"x\":3}],\"label\":[1,2],\"kind\":\"crate\"},"
	"\"shapes\":[{\"kind\":\"circle\",\"radius\":2},{\"kind\":\"star\",\"points\":[5]}],"
	"\"id\":[1,2.5],\"proof\":{\"document\":\"d\",\"signature\":\"s\"},"
	"\"open\":{\"more\":{\"a\":[1]},\"name\":\"n\",\"other\":null},"
	"\"inner\":{\"whole\":1,\"number\":1e300,\"flag\":true,\"point\":{\"x\":0,\"y\":0},"
	"\"id\":{\"x\":7},\"proof\":{\"document\":\"d\"}}}";
