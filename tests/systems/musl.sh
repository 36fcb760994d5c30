#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# musl.sh FOLDER SUITE: the library and its unit tests with musl in place of glibc. Debian has musl and its compiler, and no
# library built with them: what ours stands on is built of Debian's sources, once. cross.sh calls it.
. "$(dirname "$0")/system.sh"
system=$1/musl
make_system "$system" "$2"
put_source "$system"

# with musl's compiler, which finds the kernel's headers by links to them alone
cat >"$system/make-libraries" <<'SCRIPT'
set -e
sed 's/^Types: deb$/Types: deb-src/; s/^deb /deb-src /' /etc/apt/sources.list >/etc/apt/sources.list.d/sources.list
apt-get update -q
mkdir -p /opt/musl/include /root/sources
ln -sfn /usr/include/linux /usr/include/asm-generic /usr/include/"$(gcc -print-multiarch)"/asm /opt/musl/include
cd /root/sources
apt-get source -q zlib yajl libsodium pcre2 openssl curl cmocka
export CC=musl-gcc CFLAGS='-O2 -fPIC -isystem /opt/musl/include' PKG_CONFIG_LIBDIR=/opt/musl/lib/pkgconfig
autotools() { # FOLDER OPTION…
	(cd "$1"-*/ && shift && { [ -e configure ] || autoreconf -fi; } && ./configure --prefix=/opt/musl --disable-shared "$@" && make -j"$(nproc)" && make install)
}
by_cmake() { # FOLDER OPTION…
	(cd "$1"-*/ && shift && cmake -B musl -DCMAKE_INSTALL_PREFIX=/opt/musl -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_POLICY_VERSION_MINIMUM=3.5 "$@" && cmake --build musl -j"$(nproc)" && cmake --install musl)
}
(cd zlib-*/ && ./configure --static --prefix=/opt/musl && make -j"$(nproc)" && make install)
by_cmake yajl
rm -f /opt/musl/lib/libyajl.so*
ln -sf libyajl_s.a /opt/musl/lib/libyajl.a
autotools libsodium
autotools pcre2 --disable-cpp
(cd openssl-*/ && ./Configure "linux-$(uname -m)" --prefix=/opt/musl --libdir=lib no-shared no-tests no-async no-afalgeng &&
	make -j"$(nproc)" && make install_sw)
autotools curl --with-openssl=/opt/musl --with-zlib=/opt/musl --without-libpsl --disable-ldap --disable-manual \
	--without-brotli --without-zstd --without-nghttp2 --without-libidn2 --with-ca-bundle=/etc/ssl/certs/ca-certificates.crt
by_cmake cmocka -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF
rm -f /opt/musl/lib/libcmocka.so*
cp "$(find cmocka-*/musl -name 'libcmocka*.a')" /opt/musl/lib/libcmocka.a
touch /opt/musl/whole
SCRIPT
[[ -e $system/opt/musl/whole ]] || {
	echo "building what the library stands on"
	install "$system" build-essential cmake ninja-build pkg-config perl dpkg-dev autoconf automake libtool musl-tools ca-certificates openssl
	inside "$system" rm -rf /root/sources
	there "the libraries do not build with musl" bash /make-libraries
}

echo "building with musl"
build=build/musl
there "it could not be configured" env PKG_CONFIG_LIBDIR=/opt/musl/lib/pkgconfig cmake -S . -B "$build" -G Ninja -DTC_WERROR=ON \
	-DCMAKE_C_COMPILER=musl-gcc -DCMAKE_C_FLAGS='-isystem /opt/musl/include' -DCMAKE_EXE_LINKER_FLAGS='-static -Wl,--allow-multiple-definition' \
	-DCMAKE_C_STANDARD_LIBRARIES='-L/opt/musl/lib -lssl -lcrypto -lz' \
	-DCMAKE_PREFIX_PATH=/opt/musl -DBUILD_SHARED_LIBS=OFF -DTC_TOOLS=OFF -DTC_EXAMPLES=OFF -DTC_PULSE=OFF -DTC_TESTS=ON
there "it does not build" ninja -k 0 -C "$build"
# all is one static program: nothing takes the place of libcurl's functions in it, nor are ours found by their names
inside "$system" ctest --test-dir "$build" -E '^(unit\.network|api\.offline)$' --output-on-failure -j "$(nproc)"
