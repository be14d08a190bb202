"""What is asked of the Engine is what Docker's own command line asks for the same line."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.command.grammar import parse
from bot.errors import UsageError
from handlers.container.run import create
from handlers.container.run.body import body
from tests.handlers.container.run.dockers import Dockers, dockers, slim
from tests.unavailable import unavailable


@pytest.fixture(scope="module")
def docker() -> Iterator[Dockers]:
    if not shutil.which("docker"):
        unavailable("Docker's command line is not installed.")
    with dockers() as found:
        yield found


def ours(words: tuple[str, ...]) -> dict[str, Any]:
    """Our body; the address that older Engines want beside it is made by the host's client."""
    found = slim(body(parse(create, words, "local").params))
    assert isinstance(found, dict)
    found.pop("MacAddress", None)
    return found


def ordered(found: dict[str, Any] | str) -> dict[str, Any] | str:
    """docker/cli keeps volumes and variables in maps, which have no order."""
    if isinstance(found, dict):
        found.get("Env", []).sort()
        found["HostConfig"].get("Binds", []).sort()
    return found


SAME = r"""
nginx
nginx a b -c --name x
-it --rm --name web -e A=b -e C= -u 1:2 -w /x --entrypoint "" nginx
--entrypoint "" nginx
--entrypoint=sh nginx -c x
-e A=1 -e B=2 -e A=3 nginx
-l a=b -l c --label d= --annotation x=y -h host --domainname d nginx
--restart on-failure:3 --stop-signal TERM --stop-timeout 0 nginx
--restart always --init=false nginx
--restart unless-stopped --init nginx
--restart no --rm nginx
--group-add 1 --read-only nginx
--stop-signal 9 --stop-timeout -1 nginx
-p 80 -p 8080:80 -p 127.0.0.1:8081:81/udp -p 9000-9002:90-92 -p [::1]:1:2 nginx
-p 9000-9010:80 -p 127.0.0.1::81 -p :82 -p 83/ -p 0 -p 84/SCTP nginx
-p published=8080,target=80 -p target=81 -p published=1-2,target=3-4,protocol=udp nginx
-p 2001:db8::1:80:81 nginx
-P --expose 80 --expose 90-92/udp nginx
--network foo nginx
--network name=foo,alias=A,alias=b,ip=10.0.0.2,ip6=2001:db8::2,driver-opt=x=y,gw-priority=-3 nginx
--network name=foo,mac-address=92:d0:c6:0a:29:33,link-local-ip=169.254.1.1 nginx
--network foo --network bar --network-alias x nginx
--network host nginx
--network none nginx
--network container:web nginx
--net foo --net-alias x --ip 10.0.0.2 --ip6 2001:db8::33 --link-local-ip 169.254.1.1 nginx
--net foo --mac-address 92:d0:c6:0a:29:33 --link a:b --link c nginx
--mac-address 92-d0-c6-0a-29-33 nginx
--link a:b --link c nginx
--add-host a:1.2.3.4 --add-host b=[2001:db8::1] --add-host c:host-gateway nginx
--dns 8.8.8.8 --dns 2001:DB8:0::1 --dns-opt x --dns-option y nginx
--dns-search Example.com. --dns-search . nginx
-v /a -v bb:/b -v /c:/d:ro,z -v bb:/b nginx
-v=/x -v /data:/data:rslave -v vol:/y:nocopy nginx
--mount type=bind,src=/a,dst=/b,readonly nginx
--mount src=v1,target=/b,volume-nocopy,volume-label=a=b,volume-driver=local nginx
--mount src=v1,target=/b,volume-opt=type=nfs,volume-opt=o=addr=1 nginx
--mount type=volume,dst=/b,volume-nocopy=false,volume-subpath=x nginx
--mount type=tmpfs,dst=/b,tmpfs-size=1m,tmpfs-mode=1777 nginx
--mount type=bind,src=/a,dst=/b,bind-propagation=rslave,bind-recursive=disabled,ro=true nginx
--mount type=bind,src=/a,dst=/b,bind-recursive=readonly,ro,bind-propagation=rprivate nginx
--mount type=bind,src=/a,dst=/b,bind-recursive=writable,ro nginx
--mount type=bind,src=/a,dst=/b,bind-recursive=enabled,bind-nonrecursive nginx
--mount '"type=volume","src=a,b",dst=/x' nginx
--mount 'type=volume,"volume-opt=o=a,b",src=ab,dst=/x' nginx
--mount type=image,src=alpine,dst=/x,image-subpath=y nginx
--mount TYPE=BIND,src=/a,dst=/b,consistency=CACHED nginx
--tmpfs /x --tmpfs /y:size=1m,mode=1777 nginx
--volumes-from a --volumes-from b:ro --volume-driver foo --storage-opt size=1G --shm-size 64m nginx
--log-driver syslog --log-opt a=b --log-opt tag nginx
--health-cmd "curl -f x" --health-interval 30s --health-retries 3 --health-timeout 500ms nginx
--health-start-interval 1s --health-start-period 1m30s nginx
--no-healthcheck nginx
--health-retries 0 nginx
-m 512m --memory-reservation 1g --memory-swap -1 --memory-swappiness 0 --cpus 0.5 -c 512 nginx
--cpu-period 1000 --cpu-quota -1 --cpuset-cpus 0-1 --cpuset-mems 0 --pids-limit -1 nginx
--memory-swappiness 50 --cpu-rt-period 5 --cpu-rt-runtime 6 --pids-limit 0 nginx
--ulimit nofile=1024:2048 --ulimit core=-1 --ulimit nofile=5 --ulimit cpu=0 nginx
--oom-kill-disable --oom-score-adj -500 --blkio-weight 300 nginx
--blkio-weight-device /dev/sda:0 --device-read-bps /dev/sda:1mb --device-write-bps /dev/b:1 nginx
--device-read-iops /dev/sda:10 --device-write-iops /dev/sda:10 nginx
--privileged --cap-add net_admin --cap-add ALL --cap-drop cap_chown --cap-add NET_ADMIN nginx
--security-opt no-new-privileges --security-opt apparmor=unconfined nginx
--security-opt seccomp=unconfined --security-opt label:disable nginx
--security-opt systempaths=unconfined nginx
--device /dev/sda --device /dev/sda:/dev/xvda --device /dev/sda:/dev/xvda:r nginx
--device /dev/sda:rw --device vendor.com/gpu=all nginx
--device /dev/../dev/sda --device /dev/a:/dev/../b --device /dev/a:/dev/../b:r nginx
--device-cgroup-rule "c 1:3 mr" --gpus all --gpus 2 nginx
--gpus device=0 --gpus '"device=0,1"' nginx
--gpus 'driver=nvidia,count=2,"capabilities=compute,utility","options=a=b,c=d"' nginx
--pid host --ipc shareable --uts host --userns host --cgroupns private nginx
--cgroup-parent /x --runtime runc --sysctl net.core.somaxconn=1 nginx
--pid container:x --ipc container:y nginx
-tie A=b nginx
-eA=b -e=B=c -p=80 -P=false --tty=false nginx
""".strip().splitlines()

# What Docker refuses as well.
WRONG = r"""
--rm --restart always nginx
-p 1-3:1-2 nginx
-p 80/foo nginx
-p 1:2:3:4 nginx
-p "" nginx
-p 99999 nginx
-p 3-2 nginx
-p 300.1.1.1:80:80 nginx
-p ,=x nginx
--expose 1:2 nginx
--network foo --network foo nginx
--network foo --network bridge nginx
--network host --network-alias x nginx
--network-alias x nginx
--network name=foo,ip=10.0.0.2 --ip 10.0.0.3 nginx
--network name=foo,x=y nginx
--network alias=foo nginx
--network "" nginx
--mac-address foo nginx
--link a:b:c nginx
--add-host a:b nginx
--add-host a nginx
--dns x nginx
--dns-search -x nginx
-v ::: nginx
-v a:/b: nginx
--mount type=bind,src=/a,dst=/b,bind-recursive=readonly,ro nginx
--mount type=bind,src=/a,dst=/b,bind-recursive=writable nginx
--mount type=bind,src=/a,dst=/b,bind-recursive=x nginx
--mount type=bind,src=/a,dst=/b,volume-nocopy nginx
--mount 'type=volume,src=a"b,dst=/x' nginx
--mount dst=/x,ro=maybe nginx
--mount dst=/x,tmpfs-size=x,type=tmpfs nginx
--mount dst=/x,foo=bar nginx
--mount dst=/x,foo nginx
--mount src=x nginx
--mount "" nginx
--log-driver none --log-opt a=b nginx
--no-healthcheck --health-retries 3 nginx
--health-interval x nginx
--ulimit nofile=5:4 nginx
--ulimit nofile=-1:4 nginx
--ulimit foo=4 nginx
--ulimit nofile nginx
--security-opt foo nginx
--security-opt seccomp=/x nginx
--device x nginx
--device /dev/a:/b:q nginx
--device /dev/a:/b:r:w nginx
--device-cgroup-rule x nginx
--gpus all,count=1 nginx
--gpus foo nginx
--gpus x=y nginx
--pid foo nginx
--uts foo nginx
--userns foo nginx
--cgroupns foo nginx
--sysctl kernel.core=1 nginx
--blkio-weight-device /dev/sda:5 nginx
--device-read-bps sda:5 nginx
--device-read-iops /dev/sda:x nginx
--label =x nginx
--label "a b=x" nginx
-e =x nginx
--pull sometimes nginx
--name
""".strip().splitlines()

# What Docker would pass on, to be refused by the Engine, or what would mean another machine.
OURS = r"""
-v /a/b:c nginx
-v c:/x nginx
-v ./x:/y nginx
-v ~/x:/y nginx
-v a/b:/x nginx
--mount type=bind,src=./x,dst=/y nginx
--mount type=foo,dst=/x nginx
--ipc foo nginx
--name x nginx
-e A nginx
-e HOME nginx
--storage-opt x nginx
-p 1-2000:1-2000 nginx
--cidfile /x nginx
--use-api-socket nginx
--isolation x nginx
--cpu-count 2 nginx
-a stdin nginx
""".strip().splitlines()


@pytest.mark.parametrize("line", SAME)
def test_it_is_what_docker_asks(docker: Dockers, line: str) -> None:
    words = tuple(shlex.split(line))
    assert ordered(ours(words)) == ordered(docker.created(words))


@pytest.mark.parametrize("line", WRONG)
def test_what_docker_refuses_is_refused(docker: Dockers, line: str) -> None:
    words = tuple(shlex.split(line))
    assert isinstance(docker.created(words), str)
    with pytest.raises(UsageError):
        ours(words)


@pytest.mark.parametrize("line", OURS)
def test_what_can_not_be_meant_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        ours(tuple(shlex.split(line)))


_PIECES = st.sampled_from(
    [
        *("a", "b1", "/x", "./y", ":", ",", "=", "-", "/", "80", "80-82", "1", "udp", "tcp", "ro"),
        *("[::1]", "127.0.0.1", "type", "bind", "volume", "src", "dst", "source", "target", '"'),
        *("readonly", "z", "nocopy", "name", "alias", "all", "device", "count", "true", "false"),
        *("nofile", "/dev/a", "rwm", "host", "bridge", "10.0.0.2", "published", "protocol", "r"),
    ]
)
_VALUE = st.lists(_PIECES, min_size=1, max_size=9).map("".join)
_OPTION = st.sampled_from(
    ["-p", "-v", "--mount", "--device", "--network", "--gpus", "--ulimit", "--expose", "--tmpfs"]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(_OPTION, _VALUE), min_size=1, max_size=2))
def test_any_value_is_read_as_docker_reads_it_or_refused(
    docker: Dockers, given: list[tuple[str, str]]
) -> None:
    words = (*(word for pair in given for word in pair), "nginx")
    try:
        found = ours(words)
    except UsageError:
        return
    assert ordered(found) == ordered(docker.created(words))
