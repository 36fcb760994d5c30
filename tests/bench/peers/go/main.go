// SPDX-License-Identifier: MPL-2.0

// The Go client (taskcluster/clients/client-go): peer ROOT_URL CALLS IN_FLIGHT
// prints its version, and the milliseconds and CPU milliseconds of its calls; with "objects ROOT_URL
// SOURCE TARGET" it moves files instead (objects.go). To build it:
//
//	(cd tests/bench/peers/go && go build -o /tmp/peer-go .)
//
// then TC_PEER_GO=/tmp/peer-go
package main

import (
	"fmt"
	"log"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	tcclient "github.com/taskcluster/taskcluster/v83/clients/client-go"
	"github.com/taskcluster/taskcluster/v83/clients/client-go/tcqueue"
)

func run(queue *tcqueue.Queue, count, inFlight int64) {
	var started atomic.Int64
	var workers sync.WaitGroup

	for range inFlight {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for started.Add(1) <= count {
				reply, err := queue.Status("fN1SbArXTPSVFNUvaOlinQ")
				if err != nil {
					log.Fatal(err)
				}
				if reply.Status.State != "running" {
					log.Fatal("not the reply")
				}
			}
		}()
	}
	workers.Wait()
}

// The CPU time of all threads of this process.
func cpuMs() float64 {
	var usage syscall.Rusage

	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if strings.HasPrefix(module.Path, "github.com/taskcluster/taskcluster/v") {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "unknown"
}

func number(argument string) int64 {
	value, err := strconv.ParseInt(argument, 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	credentials := &tcclient.Credentials{
		ClientID:    "project/releng/a-worker",
		AccessToken: "no-secret",
	}
	if len(os.Args) == 5 && os.Args[1] == "objects" {
		objects(credentials, os.Args[2], os.Args[3], os.Args[4])
		return
	}
	if len(os.Args) != 4 {
		log.Fatal("peer ROOT_URL CALLS IN_FLIGHT")
	}
	rootURL, calls, inFlight := os.Args[1], number(os.Args[2]), number(os.Args[3])
	queue := tcqueue.New(credentials, rootURL)

	run(queue, calls/10, inFlight) // warm
	cpu, begun := cpuMs(), time.Now()
	run(queue, calls, inFlight)
	wall := float64(time.Since(begun).Nanoseconds()) / 1e6
	fmt.Println(version(), wall, cpuMs()-cpu)
}
