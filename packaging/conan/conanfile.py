# SPDX-License-Identifier: MPL-2.0
# Tried with conan 2 on Debian 12, on a checkout of the sources and with Debian's libraries in place of conan's (see
# packaging/README.md); not tried with a release, whose address is to be put into source(): example.com stands for it.
#
#	conan create packaging/conan -pr PROFILE
import os

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get
from conan.tools.gnu import PkgConfigDeps


class Taskcluster(ConanFile):
    name = "libtaskcluster"
    version = "0.1.0"
    description = "C client for Taskcluster"
    license = "MPL-2.0"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "pulse": [True, False], "references": [True, False]}
    default_options = {"shared": False, "pulse": False, "references": True}
    languages = "C"

    def requirements(self):
        for package in ("libcurl/[>=7.88]", "yajl/2.1.0", "libsodium/[>=1.0.18]", "openssl/[>=3 <4]", "pcre2/[>=10.40]",
                        "zlib/[>=1.2.11 <2]"):
            self.requires(package)
        if self.options.pulse:
            self.requires("rabbitmq-c/[>=0.11]")

    def layout(self):
        cmake_layout(self, src_folder="src")

    def source(self):
        checkout = os.environ.get("LIBTASKCLUSTER_SOURCE")
        if checkout:
            copy(self, "*", checkout, self.source_folder, excludes=("build", "build/*", ".git", ".git/*"))
        else:
            get(self, f"https://example.com/libtaskcluster-{self.version}.tar.gz", strip_root=True)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update({
            "BUILD_SHARED_LIBS": bool(self.options.shared),
            "TC_PULSE": bool(self.options.pulse),
            "TC_REFERENCES": bool(self.options.references),
            "TC_TOOLS": "OFF", "TC_EXAMPLES": False, "TC_TESTS": False,
        })
        toolchain.generate()
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # the package's own files for CMake and pkg-config say more than conan's would
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "taskcluster")]
        self.cpp_info.libs = [f"taskcluster{part}" for part, on in (
            ("-pulse", self.options.pulse), ("-references", self.options.references), ("", True)) if on]
