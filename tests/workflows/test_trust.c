/* SPDX-License-Identifier: MPL-2.0 */
/* Certificates in memory: made byte for byte, signed, checked; and keys in their files. */
#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/chain_of_trust.h>
#include <unistd.h>

#define VECTORS "tests/vectors/chain-of-trust/"
#define TASK "fN1SbArXTPSVFNUvaOlinQ"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct tc_folder folder;
static tc_error err;

static int set_up(void **state)
{
	(void)state;
	tc_folder_make(&folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tc_folder_remove(&folder);
	return 0;
}

static const tc_json *parse(const char *text)
{
	const tc_json *json = NULL;

	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	return json;
}

static const tc_json *read_json(const char *path)
{
	size_t length;
	char *text = tc_test_read_file(path, &length);
	const tc_json *json = parse(text);

	free(text);
	return json;
}

/* ---- making ---- */

static const struct tc_trust_artifact three[] = {
	{ "public/logs/certified.log", SHA256 },
	{ "public/b.zip", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "public/a<b>.txt", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static struct tc_trust_options options_of(const tc_json *task)
{
	struct tc_trust_options options = TC_TRUST_OPTIONS_INIT;

	options.task_id = TASK;
	options.run_id = 2;
	options.task = task;
	options.worker_group = "group";
	options.worker_id = "worker";
	options.artifacts = three;
	options.artifacts_count = 3;
	options.instance_id = "i-1";
	return options;
}

static void makes(const struct tc_trust_options *options, const char *expected, size_t length)
{
	char *text = NULL;
	size_t made = 0;

	assert_ok(tc_trust_make(options, &text, &made, &err), &err);
	assert_string_equal(text, expected);
	assert_int_equal(made, length);
	assert_int_equal(strlen(text), length);
	tc_release(text);
}

static void makes_file(const struct tc_trust_options *options, const char *path)
{
	size_t length;
	char *expected = tc_test_read_file(path, &length);

	makes(options, expected, length);
	free(expected);
}

/* The files are what Go's encoder makes of the same. */
static void a_certificate_is_the_workers_byte_for_byte(void **state)
{
	const tc_json *task = read_json(VECTORS "task.json");
	struct tc_trust_options options = options_of(task);

	(void)state;
	makes_file(&options, VECTORS "plain.json");
	tc_release(task);
}

static void additional_data_is_merged_and_all_is_sorted(void **state)
{
	const tc_json *task = read_json(VECTORS "task.json");
	const tc_json *additional = read_json(VECTORS "additional.json");
	struct tc_trust_options options = options_of(task);

	(void)state;
	options.additional = additional;
	options.public_ip = "10.1.2.3";
	makes_file(&options, VECTORS "merged.json");
	tc_release(task);
	tc_release(additional);
}

#define END \
	"  \"taskId\": \"" TASK "\",\n" \
	"  \"runId\": 0,\n" \
	"  \"workerGroup\": \"g\",\n" \
	"  \"workerId\": \"w\",\n" \
	"  \"environment\": {\n" \
	"    \"privateIpAddress\": \"10.0.0.1\",\n" \
	"    \"instanceId\": \"\",\n" \
	"    \"instanceType\": \"\",\n" \
	"    \"region\": \"r\"\n" \
	"  }\n" \
	"}"

static void what_a_task_lacks_is_empty(void **state)
{
	static const char expected[] = "{\n"
				       "  \"chainOfTrustVersion\": 1,\n"
				       "  \"artifacts\": {},\n"
				       "  \"task\": {\n"
				       "    \"dependencies\": [],\n"
				       "    \"routes\": [],\n"
				       "    \"scopes\": [],\n"
				       "    \"tags\": {}\n"
				       "  },\n" END;
	const tc_json *task = parse("{}");
	struct tc_trust_options options = TC_TRUST_OPTIONS_INIT;

	(void)state;
	options.task_id = TASK;
	options.task = task;
	options.worker_group = "g";
	options.worker_id = "w";
	options.private_ip = "10.0.0.1";
	options.region = "r";
	makes(&options, expected, strlen(expected));
	tc_release(task);
}

static void refused(const struct tc_trust_options *options, int code, const char *part)
{
	char before, *text = &before;
	size_t length = 7;

	assert_int_equal(tc_trust_make(options, &text, &length, &err), code);
	assert_null(text);
	assert_int_equal(length, 0);
	assert_failure(&err, code, part);
}

static void refused_with(
	const char *task_text, const char *additional_text, int code, const char *part)
{
	const tc_json *task = parse(task_text);
	const tc_json *additional = additional_text ? parse(additional_text) : NULL;
	struct tc_trust_options options = options_of(task);

	options.additional = additional;
	refused(&options, code, part);
	tc_release(task);
	tc_release(additional);
}

static void what_cannot_be_certified_is_told(void **state)
{
	const tc_json *task = parse("{}");
	struct tc_trust_artifact twice[] = { { "a", SHA256 }, { "a", SHA256 } };
	struct tc_trust_options options = options_of(task);

	(void)state;
	refused_with("[]", NULL, TC_ERROR_ARGUMENT, "task is no JSON object");
	refused_with("{}", "[1]", TC_ERROR_INPUT, "the additional data is no JSON object");
	refused_with("{}", "null", TC_ERROR_INPUT, "the additional data is no JSON object");
	refused_with("{}", "{\"a\":[{\"b\":1e400}]}", TC_ERROR_INPUT, "the number 1e400 is beyond");
	refused_with("{\"payload\":-1e400}", "{}", TC_ERROR_INPUT, "the number -1e400 is beyond");
	options.artifacts = twice;
	options.artifacts_count = 2;
	refused(&options, TC_ERROR_INPUT, "\"a\"");
	twice[1].name = "b\xff";
	refused(&options, TC_ERROR_INPUT, "the certificate would be no JSON");
	twice[1].name = NULL;
	refused(&options, TC_ERROR_ARGUMENT, "artifacts[1].name is NULL");
	twice[1] = (struct tc_trust_artifact){ "b", "E3" };
	refused(&options, TC_ERROR_ARGUMENT, "the sha256 of b is \"E3\"; expected 64 digits");
	options.artifacts_count = 0;
	options.run_id = -1;
	refused(&options, TC_ERROR_ARGUMENT, "run_id is -1");
	options.run_id = 0;
	options.worker_id = NULL;
	refused(&options, TC_ERROR_ARGUMENT, "worker_id is NULL");
	tc_release(task);
}

/* ---- keys ---- */

/* RFC 8032, 7.1: tests 1 and 2. */
static const struct {
	const char *seed, *public_key, *message, *signature;
} vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
		"c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "\x72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
		"458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
};

static void from_hex(const char *hex, unsigned char *bytes, size_t size)
{
	assert_int_equal(sodium_hex2bin(bytes, size, hex, strlen(hex), NULL, NULL, NULL), 0);
}

static void to_base64(const char *hex, char text[TC_TRUST_KEY_SIZE])
{
	unsigned char bytes[32];

	from_hex(hex, bytes, sizeof bytes);
	sodium_bin2base64(
		text, TC_TRUST_KEY_SIZE, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
}

static tc_trust_key *read_key(const char *name)
{
	return tc_trust_key_read(tc_folder_path(&folder, name), &err);
}

static void keys_sign_as_the_standard_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		char text[TC_TRUST_KEY_SIZE + 1], expected[TC_TRUST_KEY_SIZE];
		char has[TC_TRUST_KEY_SIZE];
		unsigned char signature[64], right[64];
		to_base64(vectors[i].seed, text);
		if (i)
			strcat(text, "\n");
		tc_folder_put(&folder, "key", text, 0600);
		tc_trust_key *key = read_key("key");
		assert_ok(err.code, &err);
		to_base64(vectors[i].public_key, expected);
		tc_trust_key_public(key, has);
		assert_string_equal(has, expected);
		from_hex(vectors[i].signature, right, sizeof right);
		tc_trust_sign(key, vectors[i].message, strlen(vectors[i].message), signature);
		assert_memory_equal(signature, right, sizeof right);
		tc_trust_key_free(key);
	}
}

static void a_new_key_is_the_users_alone(void **state)
{
	char public_key[TC_TRUST_KEY_SIZE], again[TC_TRUST_KEY_SIZE];
	mode_t mask = umask(0);
	size_t length;

	(void)state;
	assert_ok(tc_trust_key_create(tc_folder_path(&folder, "new"), public_key, &err), &err);
	umask(mask);
	assert_int_equal(tc_folder_mode(&folder, "new"), 0600);
	char *text = tc_test_read_file(tc_folder_path(&folder, "new"), &length);
	assert_int_equal(length, 44);
	tc_trust_key *key = read_key("new");
	assert_ok(err.code, &err);
	tc_trust_key_public(key, again);
	assert_string_equal(public_key, again);
	assert_string_not_equal(public_key, text);
	tc_trust_key_free(key);

	/* the first one stays */
	assert_int_equal(
		tc_trust_key_create(tc_folder_path(&folder, "new"), again, &err), TC_ERROR_SYSTEM);
	assert_failure(&err, TC_ERROR_SYSTEM, "cannot be made: File exists");
	assert_string_equal(again, "");
	tc_folder_check(&folder, "new", text);
	assert_int_equal(tc_trust_key_create(tc_folder_path(&folder, "no/where"), again, &err),
		TC_ERROR_SYSTEM);
	assert_failure(&err, TC_ERROR_SYSTEM, "No such file");
	free(text);
}

static void key_refused(const char *name, int code, const char *part)
{
	assert_null(read_key(name));
	assert_failure(&err, code, part);
}

static void put_key(const char *text, mode_t mode)
{
	tc_folder_put(&folder, "key", text, mode);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0644, 0777 };
	char text[TC_TRUST_KEY_SIZE];

	(void)state;
	to_base64(vectors[0].seed, text);
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		put_key(text, modes[i]);
		key_refused("key", TC_ERROR_SYSTEM, "is open to its group or to all");
	}
	put_key(text, 0400);
	tc_trust_key *key = read_key("key");
	assert_ok(err.code, &err);
	tc_trust_key_free(key);
}

/* And nothing of it is told: it may be another secret, or this one with a slip. */
static void what_is_no_key_is_refused(void **state)
{
	static const char *const bad[] = { "", "SECRETSECRET",
		"SECRETSECRETSECRETSECRETSECRETSECRETSE=\n",
		"SECRETSECRETSECRETSECRETSECRETSECRETSECRETS\n",
		"SECRETSECRETSECRETSECRETSECRETSECRETSECRETQ=\n\n",
		" SECRETSECRETSECRETSECRETSECRETSECRETSECRETQ=",
		"SECRETSECRETSECRETSECRETSECRETSECRETSECRETQ="
		"SECRETSECRETSECRETSECRETSECRETSECRETSECRETQ="
		"SECRETSECRETSECRETSECRETSECRETSECRETSECRETQ=" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		put_key(bad[i], 0600);
		assert_null(read_key("key"));
		assert_null(strstr(tc_error_text(&err), "SECRET"));
		assert_failure(&err, TC_ERROR_INPUT, "expected the base64 of the 32 bytes");
	}
	key_refused("none", TC_ERROR_SYSTEM, "cannot be opened: No such file");
	key_refused(".", TC_ERROR_SYSTEM, "is no file");
	assert_int_equal(mkfifo(tc_folder_path(&folder, "pipe"), 0600), 0);
	key_refused("pipe", TC_ERROR_SYSTEM, "is no file");
}

/* ---- checking ---- */

struct signer {
	tc_trust_key *key;
	char public_key[TC_TRUST_KEY_SIZE];
};

static void open_signer(struct signer *signer, const char *name)
{
	assert_ok(
		tc_trust_key_create(tc_folder_path(&folder, name), signer->public_key, &err), &err);
	signer->key = read_key(name);
	assert_ok(err.code, &err);
}

static int check(const struct signer *by, const struct signer *trusted, const char *text,
	size_t length, const tc_json **certificate)
{
	const char *const keys[] = { trusted->public_key };
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE];

	tc_trust_sign(by->key, text, length, signature);
	return tc_trust_check(
		text, length, signature, sizeof signature, keys, 1, certificate, &err);
}

static void a_signature_is_of_all_bytes_by_a_trusted_key(void **state)
{
	struct signer one, other;
	const tc_json *certificate = NULL;
	unsigned char signature[65];
	size_t length;
	char *text = tc_test_read_file(VECTORS "plain.json", &length);

	(void)state;
	open_signer(&one, "one");
	open_signer(&other, "other");
	assert_ok(check(&one, &one, text, length, &certificate), &err);
	assert_string_equal(tc_json_text(tc_json_get(certificate, "taskId")), TASK);
	tc_release(certificate);
	assert_int_equal(check(&other, &one, text, length, &certificate), TC_ERROR_INPUT);
	assert_null(certificate);
	assert_failure(&err, TC_ERROR_INPUT, "none of the 1 keys that are trusted");

	const char *const both[] = { other.public_key, one.public_key };
	tc_trust_sign(one.key, text, length, signature);
	assert_ok(tc_trust_check(text, length, signature, 64, both, 2, NULL, &err), &err);
	for (size_t bad = 0; bad <= 65; bad += bad == 63 ? 2 : 21) {
		assert_int_equal(tc_trust_check(text, length, signature, bad, both, 2, NULL, &err),
			TC_ERROR_INPUT);
		assert_failure(&err, TC_ERROR_INPUT, "bytes; expected the 64 of Ed25519");
	}
	/* one byte less, and one more */
	tc_trust_check(text, length - 1, signature, 64, both, 2, NULL, &err);
	assert_failure(&err, TC_ERROR_INPUT, "none of the 2 keys");
	tc_trust_check(text, length + 1, signature, 64, both, 2, NULL, &err);
	assert_failure(&err, TC_ERROR_INPUT, "none of the 2 keys");
	for (size_t i = 0; i < length; i += 97) {
		text[i] ^= 1;
		tc_trust_check(text, length, signature, 64, both, 2, NULL, &err);
		assert_failure(&err, TC_ERROR_INPUT, "none of the 2 keys");
		text[i] ^= 1;
	}
	tc_trust_key_free(one.key);
	tc_trust_key_free(other.key);
	free(text);
}

/* The public key as OpenSSL reads it: a fixed beginning, and the 32 bytes. */
static void put_pem(const struct signer *signer)
{
	unsigned char der[44];
	char text[100], pem[200];

	from_hex("302a300506032b6570032100", der, 12);
	assert_int_equal(sodium_base642bin(der + 12, 32, signer->public_key, 44, NULL, NULL, NULL,
				 sodium_base64_VARIANT_ORIGINAL),
		0);
	sodium_bin2base64(text, sizeof text, der, sizeof der, sodium_base64_VARIANT_ORIGINAL);
	snprintf(pem, sizeof pem, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
		text);
	tc_folder_put(&folder, "pem", pem, 0644);
}

static bool openssl_verifies(void)
{
	char command[400];

	snprintf(command, sizeof command,
		"cd %s && openssl pkeyutl -verify -pubin -inkey pem -rawin -in text -sigfile sig "
		">/dev/null 2>&1",
		folder.path);
	return system(command) == 0;
}

static void openssl_verifies_what_is_signed(void **state)
{
	struct signer one;
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE];
	size_t length;
	char *text = tc_test_read_file(VECTORS "plain.json", &length);

	(void)state;
	if (system("command -v openssl >/dev/null") != 0)
		skip();
	open_signer(&one, "openssl");
	put_pem(&one);
	tc_trust_sign(one.key, text, length, signature);
	FILE *file = fopen(tc_folder_path(&folder, "sig"), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(signature, 1, sizeof signature, file), sizeof signature);
	assert_int_equal(fclose(file), 0);
	tc_folder_put(&folder, "text", text, 0644);
	assert_true(openssl_verifies());
	text[length / 2] ^= 1;
	tc_folder_put(&folder, "text", text, 0644);
	assert_false(openssl_verifies());
	tc_trust_key_free(one.key);
	free(text);
}

/* Zeros as a key and as a signature satisfy the equation of Ed25519 in careless implementations. */
static void nobody_is_trusted_by_accident(void **state)
{
	static const char *const zeros[] = { "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" };
	static const char *const bad[] = { "", "AAAA", "no base64 of 32 bytes", NULL };
	unsigned char signature[64] = { 0 };

	(void)state;
	tc_trust_check("{}", 2, signature, 64, zeros, 1, NULL, &err);
	assert_failure(&err, TC_ERROR_INPUT, "none of the 1 keys");
	tc_trust_check("{}", 2, signature, 64, NULL, 0, NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "public_keys is NULL");
	tc_trust_check("{}", 2, signature, 64, zeros, 0, NULL, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "public_keys is empty");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tc_trust_check("{}", 2, signature, 64, &bad[i], 1, NULL, &err);
		assert_failure(&err, TC_ERROR_ARGUMENT, "public_keys[0] is ");
	}
	memset(signature, 1, sizeof signature);
	tc_trust_sign(NULL, "{}", 2, signature);
	assert_int_equal(sodium_is_zero(signature, sizeof signature), 1);
}

#define START "{\"chainOfTrustVersion\":1,\"runId\":0,\"taskId\":\"a\",\"task\":{},"
#define SHA512 SHA256 SHA256

static void a_certificate_has_one_form(void **state)
{
	static const struct {
		const char *text, *problem; /* NULL: none */
	} cases[] = {
		{ START "\"artifacts\":{}}", NULL },
		{ START "\"artifacts\":{\"a\":{\"sha256\":\"" SHA256 "\"}},\"more\":[\"\\ud83d\"]}",
			NULL },
		{ START "\"artifacts\":{\"a\":{\"sha512\":\"" SHA512 "\"}}}\n", NULL },
		{ START "\"artifacts\":{\"a\":{\"sha512\":\"" SHA512 "\",\"sha256\":\"" SHA256
			"\"}}}",
			NULL },
		{ "", "" },
		{ "[]", "no JSON object" },
		{ START "\"artifacts\":{}}x", "line 1" },
		{ START "\"artifacts\":{}}{}", "line 1" },
		{ START "\"artifacts\":{},\"runId\":0}", "\"runId\"" },
		{ START "\"artifacts\":{\"a\":{\"sha256\":\"" SHA256
			"\"},\"a\":{\"sha256\":\"" SHA256 "\"}}}",
			"\"a\"" },
		{ START "\"artifacts\":{\"a\":{\"sha256\":\"" SHA256 "\",\"sha256\":\"" SHA256
			"\"}}}",
			"\"sha256\"" },
		{ START "\"artifacts\":{\"a\":{}}}", "a has no digest" },
		{ START "\"artifacts\":{\"a\":\"" SHA256 "\"}}", "a has no digest" },
		{ START "\"artifacts\":{\"a\":{\"md5\":\"x\"}}}",
			"a has a digest md5, which is unknown; expected sha256 or sha512" },
		{ START "\"artifacts\":{\"a\":{\"sha256\":\"" SHA256 "\",\"sha1\":\"x\"}}}",
			"a has a digest sha1, which is unknown" },
		{ START "\"artifacts\":{\"a\":{\"sha256\":\"\"}}}", "expected 64 digits" },
		{ START "\"artifacts\":{\"a\":{\"sha256\":7}}}", "expected 64 digits" },
		{ START "\"artifacts\":{\"a\":{\"sha256\":\"" SHA512 "\"}}}", "expected 64" },
		{ START "\"artifacts\":{\"a\":{\"sha512\":\"" SHA256 "\"}}}", "expected 128" },
		{ START "\"artifacts\":{\"a\":{\"sha256\":\"E3B0C44298FC1C149AFBF4C8996FB92427AE41E"
			"4649B934CA495991B7852B855\"}}}",
			"expected 64 digits of lower-case hex" },
		{ START "\"artifacts\":{\"a\\u0000b\":{\"sha256\":\"" SHA256 "\"}}}",
			"a NUL behind \"a\"" },
		{ START "\"artifacts\":[]}", "artifacts is absent, or not an object" },
		{ START "\"artifact\":{}}", "artifacts is absent" },
		{ "{\"chainOfTrustVersion\":1,\"runId\":0,\"taskId\":\"a\",\"artifacts\":{}}",
			"task is absent" },
		{ "{\"chainOfTrustVersion\":1,\"runId\":0,\"taskId\":7,\"task\":{},\"artifacts\":{}"
		  "}",
			"taskId is absent, or not a text" },
		{ "{\"chainOfTrustVersion\":1,\"runId\":\"0\",\"taskId\":\"a\",\"task\":{}}",
			"runId is absent" },
		{ "{\"chainOfTrustVersion\":1,\"runId\":-1,\"taskId\":\"a\",\"task\":{}}",
			"runId is absent" },
		{ "{\"chainOfTrustVersion\":1,\"runId\":0.5,\"taskId\":\"a\",\"task\":{}}",
			"runId is absent" },
		{ "{\"chainOfTrustVersion\":2,\"runId\":0,\"taskId\":\"a\",\"task\":{}}",
			"chainOfTrustVersion is not 1" },
	};
	struct signer one;

	(void)state;
	open_signer(&one, "form");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const tc_json *certificate = NULL;
		int rc = check(&one, &one, cases[i].text, strlen(cases[i].text), &certificate);
		assert_int_equal(!certificate, rc != TC_OK);
		if (!cases[i].problem)
			assert_ok(rc, &err);
		else
			assert_failure(&err, TC_ERROR_INPUT, cases[i].problem);
		tc_release(certificate);
	}
	tc_trust_key_free(one.key);
}

static void a_huge_certificate_is_not_read(void **state)
{
	struct signer one;
	size_t length = TC_TRUST_SIZE_MAX + 1;
	char *text = malloc(length);

	(void)state;
	assert_non_null(text);
	memset(text, '[', length);
	open_signer(&one, "huge");
	check(&one, &one, text, length, NULL);
	assert_failure(&err, TC_ERROR_INPUT, "it has 16777217 bytes; expected up to 16777216");
	check(&one, &one, text, length - 1, NULL); /* deep, but no crash */
	assert_failure(&err, TC_ERROR_INPUT, "512");
	tc_trust_key_free(one.key);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_the_workers_byte_for_byte),
		cmocka_unit_test(additional_data_is_merged_and_all_is_sorted),
		cmocka_unit_test(what_a_task_lacks_is_empty),
		cmocka_unit_test(what_cannot_be_certified_is_told),
		cmocka_unit_test(keys_sign_as_the_standard_says),
		cmocka_unit_test(a_new_key_is_the_users_alone),
		cmocka_unit_test(a_key_that_others_may_read_is_refused),
		cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test(a_signature_is_of_all_bytes_by_a_trusted_key),
		cmocka_unit_test(openssl_verifies_what_is_signed),
		cmocka_unit_test(nobody_is_trusted_by_accident),
		cmocka_unit_test(a_certificate_has_one_form),
		cmocka_unit_test(a_huge_certificate_is_not_read),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
