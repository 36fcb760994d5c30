# SPDX-License-Identifier: MPL-2.0
# Not tried: vcpkg was not at hand. The address and the hash of a release are to be put in; example.com stands for it.
vcpkg_download_distfile(archive
  URLS "https://example.com/libtaskcluster-${VERSION}.tar.gz"
  FILENAME "libtaskcluster-${VERSION}.tar.gz"
  SHA512 0)
vcpkg_extract_source_archive(SOURCE_PATH ARCHIVE "${archive}")
vcpkg_check_features(OUT_FEATURE_OPTIONS features FEATURES
  pulse TC_PULSE
  references TC_REFERENCES)
vcpkg_find_acquire_program(PKGCONFIG)
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS ${features} -DTC_TOOLS=OFF -DTC_EXAMPLES=OFF -DTC_TESTS=OFF "-DPKG_CONFIG_EXECUTABLE=${PKGCONFIG}")
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME taskcluster CONFIG_PATH lib/cmake/taskcluster)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
