// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"log"
	"syscall"
	"time"

	"github.com/taskcluster/slugid-go/slugid"
	tcclient "github.com/taskcluster/taskcluster/v83/clients/client-go"
	"github.com/taskcluster/taskcluster/v83/clients/client-go/tcobject"
)

func measure(work func() error) (wall, cpu float64) {
	before, begun := cpuMs(), time.Now()
	if err := work(); err != nil {
		log.Print(err)
		return 0, 0
	}
	return float64(time.Since(begun).Nanoseconds()) / 1e6, cpuMs() - before
}

// Uploads the file source as an object and downloads one to target; prints the version, the
// milliseconds and CPU milliseconds of both, and the KiB of memory at the peak. Zeros stand for
// what failed: version 83 sends bodies in chunks, which storage refuses.
func objects(credentials *tcclient.Credentials, rootURL, source, target string) {
	var usage syscall.Rusage

	service := tcobject.New(credentials, rootURL)
	upWall, upCPU := measure(func() error {
		return service.UploadFromFile("none", "t/object", "application/octet-stream",
			time.Now().Add(24*time.Hour), slugid.Nice(), source)
	})
	downWall, downCPU := measure(func() error {
		_, _, err := service.DownloadToFile("t/object", target)
		return err
	})
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	fmt.Println(version(), upWall, upCPU, downWall, downCPU, usage.Maxrss)
}
