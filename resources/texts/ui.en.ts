<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="zh">
  <context>
    <name>OneWindow</name>
    <message>
      <source>{n} 人等候 · 约 {least}-{most} 分钟</source>
      <translation>{n} waiting · about {least}-{most} min</translation>
    </message>
    <message>
      <source>{month} 月 {day} 日</source>
      <translation>{day}/{month}</translation>
    </message>
    <message>
      <source>{window} 号窗口</source>
      <translation>Window {window}</translation>
    </message>
    <message>
      <source>热情为您服务</source>
      <translation>At your service</translation>
    </message>
    <message>
      <source>{n} 人等候</source>
      <translation>{n} waiting</translation>
    </message>
    <message>
      <source>{time} 起连不上后台，所示为当时情况。请听窗口人员叫号。</source>
      <translation>No contact since {time}: this is how it was then. Listen to the windows.</translation>
    </message>
    <message>
      <source>{time} 起连不上后台。连上后自动显示。</source>
      <translation>No contact since {time}. It goes on by itself.</translation>
    </message>
    <message>
      <source>政务服务大厅</source>
      <translation>Government service hall</translation>
    </message>
    <message>
      <source>本厅暂停叫号：{reason}。您的号码保留。</source>
      <translation>No calls now: {reason}. You keep your number.</translation>
    </message>
    <message>
      <source>请等候叫号</source>
      <translation>Please wait for your number</translation>
    </message>
    <message>
      <source>{time} 开始</source>
      <translation>from {time}</translation>
    </message>
    <message>
      <source>今日不再取号</source>
      <translation>No more numbers today</translation>
    </message>
    <message>
      <source>{window} 号</source>
      <translation>{window}</translation>
    </message>
    <message>
      <source>F3 查事项　F4 预约签到　F6 过号报到　F7 补打小票　回车 不刷证取号　Esc 返回</source>
      <translation>F3 services　F4 booking　F6 missed call　F7 slip again　Enter without card　Esc back</translation>
    </message>
    <message>
      <source>再读一次</source>
      <translation>Read again</translation>
    </message>
    <message>
      <source>不用身份证，直接取号</source>
      <translation>Take a number without a card</translation>
    </message>
    <message>
      <source>正在取号…</source>
      <translation>Taking a number…</translation>
    </message>
    <message>
      <source>取号办这件事</source>
      <translation>Take a number for this</translation>
    </message>
    <message>
      <source>打印材料清单带走</source>
      <translation>Print this list</translation>
    </message>
    <message>
      <source>承诺 {limit} 办结</source>
      <translation>Done within {limit}</translation>
    </message>
    <message>
      <source>清单现在打不出来：{why}</source>
      <translation>The list cannot be printed now: {why}</translation>
    </message>
    <message>
      <source>确定</source>
      <translation>OK</translation>
    </message>
    <message>
      <source>请输入或扫描预约码</source>
      <translation>Type or scan your booking code</translation>
    </message>
    <message>
      <source>请输入过了号的号码，例如 A012</source>
      <translation>Type the number you missed, such as A012</translation>
    </message>
    <message>
      <source>请输入小票上的号码，例如 A012</source>
      <translation>Type the number on your slip, such as A012</translation>
    </message>
    <message>
      <source>补打小票</source>
      <translation>Print the slip again</translation>
    </message>
    <message>
      <source>好了</source>
      <translation>Done</translation>
    </message>
    <message>
      <source>请触摸屏幕取号</source>
      <translation>Touch to take a number</translation>
    </message>
    <message>
      <source>取号 · 预约签到 · 过号报到 · 查办事材料</source>
      <translation>Numbers · bookings · missed calls · what to bring</translation>
    </message>
    <message>
      <source>您要办什么？</source>
      <translation>What would you like to do?</translation>
    </message>
    <message>
      <source>取号办事</source>
      <translation>Take a number</translation>
    </message>
    <message>
      <source>身份证取号，没有带也可以取</source>
      <translation>With your ID card, or without</translation>
    </message>
    <message>
      <source>按事项取号</source>
      <translation>Search for a service</translation>
    </message>
    <message>
      <source>输入拼音首字母，看要带哪些材料</source>
      <translation>See what to bring, then take a number</translation>
    </message>
    <message>
      <source>预约签到</source>
      <translation>Check in a booking</translation>
    </message>
    <message>
      <source>输入预约码，按约定的时间排队</source>
      <translation>With your booking code</translation>
    </message>
    <message>
      <source>过号报到</source>
      <translation>I missed my call</translation>
    </message>
    <message>
      <source>叫过号没有赶上，回到队里</source>
      <translation>Go back into the line</translation>
    </message>
    <message>
      <source>小票丢了，输入号码</source>
      <translation>You lost it: type its number</translation>
    </message>
    <message>
      <source>请选择业务</source>
      <translation>Choose a line</translation>
    </message>
    <message>
      <source>有优先情形的请选（可不选）</source>
      <translation>Priority, if one of these is you</translation>
    </message>
    <message>
      <source>没有读到身份证</source>
      <translation>No card was read</translation>
    </message>
    <message>
      <source>输入事项名称的拼音首字母</source>
      <translation>Type the first letters (pinyin) of the service</translation>
    </message>
    <message>
      <source>要带的材料</source>
      <translation>What to bring</translation>
    </message>
    <message>
      <source>您已经取过号</source>
      <translation>You have a number already</translation>
    </message>
    <message>
      <source>您的号码</source>
      <translation>Your number</translation>
    </message>
    <message>
      <source>没有找到，请换一种说法，或请导办员帮忙</source>
      <translation>Nothing found. Try other words, or ask our staff</translation>
    </message>
    <message>
      <source>还要看您的情况：{questions}</source>
      <translation>It also depends on: {questions}</translation>
    </message>
    <message>
      <source>退格</source>
      <translation>Delete</translation>
    </message>
    <message>
      <source>本厅暂停取号：{reason}</source>
      <translation>No numbers for now: {reason}</translation>
    </message>
    <message>
      <source>小票打不出来：{why} 取号后请记住号码，或到导办台。</source>
      <translation>No slip can be printed: {why} Remember your number, or go to the greeter's desk.</translation>
    </message>
    <message>
      <source>暂时连不上后台：仍可取号，恢复后按取号时间排队。</source>
      <translation>The office cannot be reached: numbers taken now keep their place by time.</translation>
    </message>
    <message>
      <source>返回</source>
      <translation>Back</translation>
    </message>
    <message>
      <source>首页</source>
      <translation>Home</translation>
    </message>
    <message>
      <source>English</source>
      <translation>中文</translation>
    </message>
    <message>
      <source>大字</source>
      <translation>Large</translation>
    </message>
    <message>
      <source>朗读</source>
      <translation>Voice</translation>
    </message>
    <message>
      <source>{n} 分钟</source>
      <translation>{n} min</translation>
    </message>
    <message>
      <source>{n} 秒</source>
      <translation>{n} s</translation>
    </message>
    <message>
      <source>有效至 {day}</source>
      <translation>Valid until {day}</translation>
    </message>
    <message>
      <source>{n} 个工作日</source>
      <translation>{n} working days</translation>
    </message>
    <message>
      <source>{n} 天</source>
      <translation>{n} days</translation>
    </message>
    <message>
      <source>{n} 个月</source>
      <translation>{n} months</translation>
    </message>
    <message>
      <source>即办件</source>
      <translation>On the spot</translation>
    </message>
    <message>
      <source>承诺件</source>
      <translation>Promised</translation>
    </message>
    <message>
      <source>其他件</source>
      <translation>Other</translation>
    </message>
    <message>
      <source>已于 {day} 过期</source>
      <translation>Expired on {day}</translation>
    </message>
    <message>
      <source>居民身份证</source>
      <translation>Resident identity card</translation>
    </message>
    <message>
      <source>港澳台居民居住证</source>
      <translation>Residence permit (HK, Macao, Taiwan)</translation>
    </message>
    <message>
      <source>外国人永久居留身份证（2017 版）</source>
      <translation>Permanent residence card (2017)</translation>
    </message>
    <message>
      <source>外国人永久居留身份证（2023 版）</source>
      <translation>Permanent residence card (2023)</translation>
    </message>
    <message>
      <source>社会保障卡</source>
      <translation>Social security card</translation>
    </message>
    <message>
      <source>护照</source>
      <translation>Passport</translation>
    </message>
    <message>
      <source>港澳居民来往内地通行证</source>
      <translation>Mainland travel permit for Hong Kong and Macao residents</translation>
    </message>
    <message>
      <source>台湾居民来往大陆通行证</source>
      <translation>Mainland travel permit for Taiwan residents</translation>
    </message>
    <message>
      <source>往来港澳通行证</source>
      <translation>Exit permit for Hong Kong and Macao</translation>
    </message>
    <message>
      <source>往来台湾通行证</source>
      <translation>Exit permit for Taiwan</translation>
    </message>
    <message>
      <source>其他证件</source>
      <translation>Other document</translation>
    </message>
    <message>
      <source>男</source>
      <translation>Male</translation>
    </message>
    <message>
      <source>女</source>
      <translation>Female</translation>
    </message>
    <message>
      <source>受理</source>
      <translation>Accept</translation>
    </message>
    <message>
      <source>容缺受理</source>
      <translation>Accept with gaps</translation>
    </message>
    <message>
      <source>告知承诺受理</source>
      <translation>Accept on promise</translation>
    </message>
    <message>
      <source>一次性告知补正</source>
      <translation>Ask for papers</translation>
    </message>
    <message>
      <source>不予受理</source>
      <translation>Reject</translation>
    </message>
    <message>
      <source>只收件</source>
      <translation>Receive only</translation>
    </message>
    <message>
      <source>逐项按清单办</source>
      <translation>By each list</translation>
    </message>
    <message>
      <source>收件凭证</source>
      <translation>Receipt</translation>
    </message>
    <message>
      <source>受理通知书</source>
      <translation>Notice of acceptance</translation>
    </message>
    <message>
      <source>补正材料一次性告知书</source>
      <translation>Notice of missing papers</translation>
    </message>
    <message>
      <source>不予受理通知书</source>
      <translation>Notice of rejection</translation>
    </message>
    <message>
      <source>排队号票</source>
      <translation>Queue ticket</translation>
    </message>
    <message>
      <source>一件事综合收件凭证</source>
      <translation>Bundle receipt</translation>
    </message>
    <message>
      <source>申请表</source>
      <translation>Application form</translation>
    </message>
    <message>
      <source>告知承诺书</source>
      <translation>Letter of promise</translation>
    </message>
    <message>
      <source>容缺受理承诺书</source>
      <translation>Promise of papers to follow</translation>
    </message>
    <message>
      <source>材料转移单</source>
      <translation>Transfer of materials</translation>
    </message>
    <message>
      <source>办理期限变更告知书</source>
      <translation>Notice of changed time limit</translation>
    </message>
    <message>
      <source>送达回证</source>
      <translation>Proof of service</translation>
    </message>
    <message>
      <source>领取凭证</source>
      <translation>Collection voucher</translation>
    </message>
    <message>
      <source>办事指南</source>
      <translation>Guide to the item</translation>
    </message>
    <message>
      <source>交接班表</source>
      <translation>Shift hand-over</translation>
    </message>
    <message>
      <source>当日文书清单</source>
      <translation>Papers of the day</translation>
    </message>
    <message>
      <source>免交材料清单</source>
      <translation>Materials spared</translation>
    </message>
    <message>
      <source>进出对账表</source>
      <translation>Daily balance</translation>
    </message>
    <message>
      <source>测试页</source>
      <translation>Test page</translation>
    </message>
    <message>
      <source>测试小票</source>
      <translation>Test slip</translation>
    </message>
    <message>
      <source>长期有效</source>
      <translation>Valid without end</translation>
    </message>
    <message>
      <source>收到</source>
      <translation>Received</translation>
    </message>
    <message>
      <source>免交</source>
      <translation>Spared</translation>
    </message>
    <message>
      <source>缺</source>
      <translation>Missing</translation>
    </message>
    <message>
      <source>不符</source>
      <translation>Faulty</translation>
    </message>
    <message>
      <source>可容缺</source>
      <translation>May follow</translation>
    </message>
    <message>
      <source>已承诺</source>
      <translation>Promised</translation>
    </message>
    <message>
      <source>可不交</source>
      <translation>Optional</translation>
    </message>
    <message>
      <source>不需要</source>
      <translation>Not needed</translation>
    </message>
    <message>
      <source>待回答</source>
      <translation>Answer first</translation>
    </message>
    <message>
      <source>中文</source>
      <translation>English</translation>
    </message>
    <message>
      <source>把证件放到读卡器上，按 F8；没有证件按 F9 手录。</source>
      <translation>Put the card on the reader and press F8; without a card press F9 to type.</translation>
    </message>
    <message>
      <source>读卡</source>
      <translation>Read card</translation>
    </message>
    <message>
      <source>停止读卡</source>
      <translation>Stop reading</translation>
    </message>
    <message>
      <source>手录</source>
      <translation>Type</translation>
    </message>
    <message>
      <source>手机</source>
      <translation>Phone</translation>
    </message>
    <message>
      <source>按住看全号</source>
      <translation>Hold to show</translation>
    </message>
    <message>
      <source>单位</source>
      <translation>Organisation</translation>
    </message>
    <message>
      <source>代理人</source>
      <translation>Agent</translation>
    </message>
    <message>
      <source>送达</source>
      <translation>Delivery</translation>
    </message>
    <message>
      <source>重读</source>
      <translation>Read again</translation>
    </message>
    <message>
      <source>没有在办的人</source>
      <translation>Nobody is being served</translation>
    </message>
    <message>
      <source>手机 {phone}</source>
      <translation>Phone {phone}</translation>
    </message>
    <message>
      <source>单位 {who}</source>
      <translation>For {who}</translation>
    </message>
    <message>
      <source>代理人 {who}</source>
      <translation>Agent {who}</translation>
    </message>
    <message>
      <source>送达 {way}</source>
      <translation>Delivery: {way}</translation>
    </message>
    <message>
      <source>信用限制：{why}</source>
      <translation>Barred: {why}</translation>
    </message>
    <message>
      <source>申请人</source>
      <translation>Applicant</translation>
    </message>
    <message>
      <source>为什么？可以选几个，也可以不选</source>
      <translation>Why? Choose some, or none</translation>
    </message>
    <message>
      <source>申请人屏</source>
      <translation>Applicant's screen</translation>
    </message>
    <message>
      <source>办件编号 {number}</source>
      <translation>Case number {number}</translation>
    </message>
    <message>
      <source>还差 {n} 份材料</source>
      <translation>{n} materials are missing</translation>
    </message>
    <message>
      <source>材料齐了</source>
      <translation>All materials are here</translation>
    </message>
    <message>
      <source>另有 {n} 份已经核过</source>
      <translation>{n} more have been checked</translation>
    </message>
    <message>
      <source>请您评价这次服务</source>
      <translation>Please rate this service</translation>
    </message>
    <message>
      <source>提交评价</source>
      <translation>Send</translation>
    </message>
    <message>
      <source>请</source>
      <translation>Ticket</translation>
    </message>
    <message>
      <source>号到 {window}</source>
      <translation>please go to {window}</translation>
    </message>
    <message>
      <source>欢迎</source>
      <translation>Welcome</translation>
    </message>
    <message>
      <source>任何事项都可以在本窗口办理</source>
      <translation>Any item can be applied for at this window</translation>
    </message>
    <message>
      <source>读到的证件，请核对</source>
      <translation>The document that was read: please check</translation>
    </message>
    <message>
      <source>办理事项</source>
      <translation>Applied for</translation>
    </message>
    <message>
      <source>正在为您办理</source>
      <translation>We are serving you</translation>
    </message>
    <message>
      <source>放回待补齐</source>
      <translation>Put back to wait</translation>
    </message>
    <message>
      <source>放回待补正</source>
      <translation>Put back to wait</translation>
    </message>
    <message>
      <source>回答情形</source>
      <translation>Answer the questions</translation>
    </message>
    <message>
      <source>交回部门</source>
      <translation>Hand to the department</translation>
    </message>
    <message>
      <source>清点材料</source>
      <translation>Count the papers</translation>
    </message>
    <message>
      <source>将打印</source>
      <translation>Will be printed</translation>
    </message>
    <message>
      <source>叫号以后开始</source>
      <translation>Call somebody to begin</translation>
    </message>
    <message>
      <source>另有 {n} 项</source>
      <translation>{n} more items</translation>
    </message>
    <message>
      <source>另有 {n} 份，见材料表</source>
      <translation>{n} more, see the table</translation>
    </message>
    <message>
      <source>记告知书送达</source>
      <translation>Record the handover</translation>
    </message>
    <message>
      <source>叫下一位</source>
      <translation>Call next</translation>
    </message>
    <message>
      <source>结论</source>
      <translation>Conclusion</translation>
    </message>
    <message>
      <source>打印的内容</source>
      <translation>What was printed</translation>
    </message>
    <message>
      <source>不予受理…</source>
      <translation>Reject…</translation>
    </message>
    <message>
      <source>登记单位</source>
      <translation>Name the organisation</translation>
    </message>
    <message>
      <source>登记代理人</source>
      <translation>Name the agent</translation>
    </message>
    <message>
      <source>读申请人的证件</source>
      <translation>Read the applicant’s card</translation>
    </message>
    <message>
      <source>办件编号</source>
      <translation>Case number</translation>
    </message>
    <message>
      <source>{what} 按 F12 处理。</source>
      <translation>{what} Press F12.</translation>
    </message>
    <message>
      <source>{act} 并打印</source>
      <translation>{act}: print</translation>
    </message>
    <message>
      <source>理由</source>
      <translation>Reason</translation>
    </message>
    <message>
      <source>理由，写给申请人看</source>
      <translation>Reason, for the applicant to read</translation>
    </message>
    <message>
      <source>法律依据</source>
      <translation>Legal basis</translation>
    </message>
    <message>
      <source>法律依据：法名和条款</source>
      <translation>Legal basis: law and article</translation>
    </message>
    <message>
      <source>不予受理 并打印</source>
      <translation>Reject and print</translation>
    </message>
    <message>
      <source>不做这个决定</source>
      <translation>Do not decide this</translation>
    </message>
    <message>
      <source>当面交付，已签收</source>
      <translation>Handed over, signed for</translation>
    </message>
    <message>
      <source>当面交付，不肯签收</source>
      <translation>Handed over, not signed</translation>
    </message>
    <message>
      <source>邮寄</source>
      <translation>By post</translation>
    </message>
    <message>
      <source>电子送达</source>
      <translation>Electronically</translation>
    </message>
    <message>
      <source>不予受理的理由</source>
      <translation>Reason for rejection</translation>
    </message>
    <message>
      <source>依据</source>
      <translation>Basis</translation>
    </message>
    <message>
      <source>告知书怎样送达</source>
      <translation>How the notice was delivered</translation>
    </message>
    <message>
      <source>保留已登记的</source>
      <translation>Keep what is recorded</translation>
    </message>
    <message>
      <source>换成卡上的</source>
      <translation>Take the card's</translation>
    </message>
    <message>
      <source>已登记</source>
      <translation>Recorded</translation>
    </message>
    <message>
      <source>卡上</source>
      <translation>Card</translation>
    </message>
    <message>
      <source>读卡和证照给的不用再写；写完一格按 Enter。</source>
      <translation>What cards and licences give is not typed; Enter goes to the next.</translation>
    </message>
    <message>
      <source>打印申请表</source>
      <translation>Print the form</translation>
    </message>
    <message>
      <source>填好了</source>
      <translation>Done</translation>
    </message>
    <message>
      <source>申请表 {n}/{m}</source>
      <translation>Form {n}/{m}</translation>
    </message>
    <message>
      <source>{label}（选填）</source>
      <translation>{label} (optional)</translation>
    </message>
    <message>
      <source>怎样送达</source>
      <translation>How it is delivered</translation>
    </message>
    <message>
      <source>领取人的身份</source>
      <translation>Who the collector is</translation>
    </message>
    <message>
      <source>签收</source>
      <translation>Signature</translation>
    </message>
    <message>
      <source>证件</source>
      <translation>Document</translation>
    </message>
    <message>
      <source>出件</source>
      <translation>Results</translation>
    </message>
    <message>
      <source>取消</source>
      <translation>Cancel</translation>
    </message>
    <message>
      <source>{about} → {addressee}</source>
      <translation>{about} → {addressee}</translation>
    </message>
    <message>
      <source>按 F8 读领取人的证件；读不了的，把证件上的写在下面。</source>
      <translation>F8 reads the collector's card; where it cannot be read, write what stands on it below.</translation>
    </message>
    <message>
      <source>当面领取</source>
      <translation>Collected here</translation>
    </message>
    <message>
      <source>留置</source>
      <translation>Left there</translation>
    </message>
    <message>
      <source>在凭证上签收</source>
      <translation>Signs on the slip</translation>
    </message>
    <message>
      <source>在屏上签收</source>
      <translation>Signs on the screen</translation>
    </message>
    <message>
      <source>拒绝签收</source>
      <translation>Will not sign</translation>
    </message>
    <message>
      <source>按键</source>
      <translation>Keys</translation>
    </message>
    <message>
      <source>填色的按钮只有一个，就是现在该做的：按 Ctrl+↵。灰色的现在做不了。</source>
      <translation>One button is filled: it is what to do now; Ctrl+↵ presses it. Grey ones are not possible now.</translation>
    </message>
    <message>
      <source>按 F10，用名称、拼音、首字母或编码找。</source>
      <translation>Press F10 to find by name, pinyin, initials or code.</translation>
    </message>
    <message>
      <source>找事项</source>
      <translation>Find item</translation>
    </message>
    <message>
      <source>填表</source>
      <translation>Fill the form</translation>
    </message>
    <message>
      <source>后台退回 {n} 条：F11</source>
      <translation>{n} refused: F11</translation>
    </message>
    <message>
      <source>选好了</source>
      <translation>Done</translation>
    </message>
    <message>
      <source>名称、拼音、首字母或编码，例如 spjy</source>
      <translation>Name, pinyin, initials or code, e.g. spjy</translation>
    </message>
    <message>
      <source>选定</source>
      <translation>Choose</translation>
    </message>
    <message>
      <source>事项</source>
      <translation>Item</translation>
    </message>
    <message>
      <source>补正回来</source>
      <translation>Back after a notice</translation>
    </message>
    <message>
      <source>换事项</source>
      <translation>Other item</translation>
    </message>
    <message>
      <source>还没有选事项</source>
      <translation>No item chosen yet</translation>
    </message>
    <message>
      <source>（可选几项）</source>
      <translation> (several possible)</translation>
    </message>
    <message>
      <source>没有找到。换一个字、拼音或编码试试。</source>
      <translation>Nothing found. Try another word, pinyin or code.</translation>
    </message>
    <message>
      <source>另答了 {n} 题，Ctrl+E 改</source>
      <translation>{n} more answers, Ctrl+E changes</translation>
    </message>
    <message>
      <source>还有 {n} 个问题</source>
      <translation>{n} more questions</translation>
    </message>
    <message>
      <source>叫号</source>
      <translation>The line</translation>
    </message>
    <message>
      <source>申请人和事项</source>
      <translation>Applicant and item</translation>
    </message>
    <message>
      <source>材料表（光标所在的一行）</source>
      <translation>Papers (the row under the cursor)</translation>
    </message>
    <message>
      <source>决定</source>
      <translation>Decision</translation>
    </message>
    <message>
      <source>本机</source>
      <translation>This window</translation>
    </message>
    <message>
      <source>督导</source>
      <translation>Supervisor</translation>
    </message>
    <message>
      <source>填写</source>
      <translation>Forms</translation>
    </message>
    <message>
      <source>大厅（光标所在的窗口，或选中的几个）</source>
      <translation>Hall (the window under the cursor, or those chosen)</translation>
    </message>
    <message>
      <source>排队号</source>
      <translation>Tickets</translation>
    </message>
    <message>
      <source>规则、我的指令</source>
      <translation>Rules, my orders</translation>
    </message>
    <message>
      <source>统计、试算</source>
      <translation>Figures, what if</translation>
    </message>
    <message>
      <source>重呼</source>
      <translation>Again</translation>
    </message>
    <message>
      <source>过号；办理中为离开（再按留待续办），补正回来的放回</source>
      <translation>Pass; while serving: leave (again: keep for later), or put back after a notice</translation>
    </message>
    <message>
      <source>替窗口前的人取号</source>
      <translation>Take a number for somebody here</translation>
    </message>
    <message>
      <source>无号接待</source>
      <translation>Without number</translation>
    </message>
    <message>
      <source>到列表：Enter 叫这一位或回呼，Delete 弃号</source>
      <translation>To the list: Enter calls this one or brings back, Delete drops</translation>
    </message>
    <message>
      <source>暂停叫号；再按恢复</source>
      <translation>Pause calling; again to go on</translation>
    </message>
    <message>
      <source>撤销上一步</source>
      <translation>Undo the last act</translation>
    </message>
    <message>
      <source>挂起：持件、等待、不持件</source>
      <translation>Hold: papers here, waiting, papers along</translation>
    </message>
    <message>
      <source>弃号：叫到的人不办了</source>
      <translation>Drop: who was called does without</translation>
    </message>
    <message>
      <source>转移到别的窗口或业务</source>
      <translation>Move to another window or line</translation>
    </message>
    <message>
      <source>登记手机</source>
      <translation>Enter phone</translation>
    </message>
    <message>
      <source>以单位名义：登记单位</source>
      <translation>For an organisation: name it</translation>
    </message>
    <message>
      <source>代理人和委托书</source>
      <translation>Agent and authority</translation>
    </message>
    <message>
      <source>自取还是邮寄</source>
      <translation>Pick up or post</translation>
    </message>
    <message>
      <source>接着办上次没办完的</source>
      <translation>Go on with the last visit</translation>
    </message>
    <message>
      <source>找事项；也可输入告知书上的编号</source>
      <translation>Find an item, or a notice by its number</translation>
    </message>
    <message>
      <source>填申请表；填好再按，打印</source>
      <translation>Fill the form; once more prints it</translation>
    </message>
    <message>
      <source>回答或改情形：数字键选</source>
      <translation>Answer or change questions: number keys</translation>
    </message>
    <message>
      <source>到材料表</source>
      <translation>To the table of papers</translation>
    </message>
    <message>
      <source>扫描：收页、转正、分份、归入材料</source>
      <translation>Scan: take pages, turn and split them, file them with materials</translation>
    </message>
    <message>
      <source>收到：原件和复印件都齐</source>
      <translation>Received: originals and copies complete</translation>
    </message>
    <message>
      <source>空格</source>
      <translation>Space</translation>
    </message>
    <message>
      <source>原件加一份、减一份</source>
      <translation>One original more, less</translation>
    </message>
    <message>
      <source>复印件加一份、减一份</source>
      <translation>One copy more, less</translation>
    </message>
    <message>
      <source>收到电子件（清单允许时）</source>
      <translation>Received electronically (where the list allows)</translation>
    </message>
    <message>
      <source>不符，写明哪里要改</source>
      <translation>Not acceptable, say what to mend</translation>
    </message>
    <message>
      <source>以告知承诺代替（清单允许时）</source>
      <translation>Promise instead (where the list allows)</translation>
    </message>
    <message>
      <source>扫描件：添加 A，拿掉 Delete</source>
      <translation>scans: A adds, Delete takes away</translation>
    </message>
    <message>
      <source>退还，当作没有交</source>
      <translation>Give back, as if not brought</translation>
    </message>
    <message>
      <source>为什么要这份材料</source>
      <translation>Why this paper is wanted</translation>
    </message>
    <message>
      <source>按下填色的按钮</source>
      <translation>Press the filled button</translation>
    </message>
    <message>
      <source>记下告知书怎样送达</source>
      <translation>Record how the notice was delivered</translation>
    </message>
    <message>
      <source>退一步</source>
      <translation>One step back</translation>
    </message>
    <message>
      <source>帮助</source>
      <translation>Help</translation>
    </message>
    <message>
      <source>文书：先看再打印；屏上签名、办事指南、报表</source>
      <translation>Papers: look, then print; screen signature, guide, reports</translation>
    </message>
    <message>
      <source>办件时限：暂停 P，恢复 R，延长 X</source>
      <translation>Limits: pause P, resume R, extend X</translation>
    </message>
    <message>
      <source>消息：别的窗口、部门、督导</source>
      <translation>news: windows, departments, supervisors</translation>
    </message>
    <message>
      <source>出件：读卡或扫码找结果，交给申请人</source>
      <translation>Results: find by card or code, hand them out</translation>
    </message>
    <message>
      <source>督导：大厅、排队号、规则、统计</source>
      <translation>Supervisor: hall, tickets, rules, figures</translation>
    </message>
    <message>
      <source>送后台的记录</source>
      <translation>Records for the back office</translation>
    </message>
    <message>
      <source>打印的纸</source>
      <translation>Printed papers</translation>
    </message>
    <message>
      <source>打印机：添加、默认、测试页、哪种文书去哪台</source>
      <translation>Printers: add, defaults, test page, which paper where</translation>
    </message>
    <message>
      <source>换深色、浅色、随系统</source>
      <translation>Dark, light, as the system</translation>
    </message>
    <message>
      <source>申请人屏：显示、收起</source>
      <translation>Applicant's screen: show, hide</translation>
    </message>
    <message>
      <source>退出登录</source>
      <translation>Sign out</translation>
    </message>
    <message>
      <source>大厅、排队号、规则、统计、试算、我的指令</source>
      <translation>Hall, tickets, rules, figures, what if, my orders</translation>
    </message>
    <message>
      <source>全厅停止、恢复：问两遍</source>
      <translation>Halt or reopen the hall: asked twice</translation>
    </message>
    <message>
      <source>办这一条</source>
      <translation>Do what the form says</translation>
    </message>
    <message>
      <source>督导和窗口之间来回</source>
      <translation>Between supervisor and counter</translation>
    </message>
    <message>
      <source>下一格、上一格</source>
      <translation>Next field, field before</translation>
    </message>
    <message>
      <source>选现成的理由，或一类业务</source>
      <translation>Choose a given reason, or a business</translation>
    </message>
    <message>
      <source>开窗</source>
      <translation>Open</translation>
    </message>
    <message>
      <source>暂停窗口</source>
      <translation>Pause</translation>
    </message>
    <message>
      <source>关窗</source>
      <translation>Close</translation>
    </message>
    <message>
      <source>发消息</source>
      <translation>Send message</translation>
    </message>
    <message>
      <source>业务范围：到再改为止，或只今天</source>
      <translation>Businesses: until changed, or today only</translation>
    </message>
    <message>
      <source>选几个窗口；全选</source>
      <translation>Choose several windows; all</translation>
    </message>
    <message>
      <source>到那个窗口</source>
      <translation>To that window</translation>
    </message>
    <message>
      <source>数字</source>
      <translation>A number</translation>
    </message>
    <message>
      <source>看它的号</source>
      <translation>Show its tickets</translation>
    </message>
    <message>
      <source>到队的列表；整队转移 T</source>
      <translation>To the lines; T moves a whole line</translation>
    </message>
    <message>
      <source>转移：到窗口、业务，给或去优先</source>
      <translation>Move: to a window, a business, with or without priority</translation>
    </message>
    <message>
      <source>换号：窗口断线时，小票在本机打印</source>
      <translation>New number where a window is lost; the slip is printed here</translation>
    </message>
    <message>
      <source>找号；状态用数字选</source>
      <translation>Find tickets; digits choose states</translation>
    </message>
    <message>
      <source>先看要改什么，再按一次才改</source>
      <translation>Shows what would change, once more changes it</translation>
    </message>
    <message>
      <source>照原样</source>
      <translation>As it was</translation>
    </message>
    <message>
      <source>撤销光标所在的指令</source>
      <translation>Take back the order under the cursor</translation>
    </message>
    <message>
      <source>知道了：被拒的不再提醒</source>
      <translation>I know: what was refused reminds no more</translation>
    </message>
    <message>
      <source>换一张图；多开、少开几个窗口</source>
      <translation>Another figure; windows more or fewer</translation>
    </message>
    <message>
      <source>存 Excel</source>
      <translation>Save Excel</translation>
    </message>
    <message>
      <source>存 CSV</source>
      <translation>Save CSV</translation>
    </message>
    <message>
      <source>开始办理</source>
      <translation>Begin</translation>
    </message>
    <message>
      <source>撤销</source>
      <translation>Undo</translation>
    </message>
    <message>
      <source>过号</source>
      <translation>No-show</translation>
    </message>
    <message>
      <source>挂起…</source>
      <translation>Hold…</translation>
    </message>
    <message>
      <source>取号…</source>
      <translation>Ticket</translation>
    </message>
    <message>
      <source>弃号…</source>
      <translation>Drop…</translation>
    </message>
    <message>
      <source>暂停…</source>
      <translation>Pause</translation>
    </message>
    <message>
      <source>转移…</source>
      <translation>Move</translation>
    </message>
    <message>
      <source>等候 {n} 人</source>
      <translation>{n} waiting</translation>
    </message>
    <message>
      <source>没有人等候</source>
      <translation>Nobody is waiting</translation>
    </message>
    <message>
      <source>开放</source>
      <translation>Open</translation>
    </message>
    <message>
      <source>恢复</source>
      <translation>Go on</translation>
    </message>
    <message>
      <source>放回</source>
      <translation>Back</translation>
    </message>
    <message>
      <source>离开…</source>
      <translation>Leave…</translation>
    </message>
    <message>
      <source>全厅暂停叫号：{reason}</source>
      <translation>The hall is halted: {reason}</translation>
    </message>
    <message>
      <source>已呼叫，等申请人到窗口</source>
      <translation>Called, waiting for the person</translation>
    </message>
    <message>
      <source>已办完</source>
      <translation>Done</translation>
    </message>
    <message>
      <source>正在办理 · {business}</source>
      <translation>Serving · {business}</translation>
    </message>
    <message>
      <source>本窗口没有开放</source>
      <translation>This window is closed</translation>
    </message>
    <message>
      <source>空闲</source>
      <translation>Free</translation>
    </message>
    <message>
      <source>暂停服务：{reason}</source>
      <translation>Paused: {reason}</translation>
    </message>
    <message>
      <source>暂停服务</source>
      <translation>Paused</translation>
    </message>
    <message>
      <source>原因，可以不写</source>
      <translation>Reason, if you like</translation>
    </message>
    <message>
      <source>原因</source>
      <translation>Reason</translation>
    </message>
    <message>
      <source>人已离开</source>
      <translation>Went away</translation>
    </message>
    <message>
      <source>申请人不办了</source>
      <translation>Does without</translation>
    </message>
    <message>
      <source>重复取号</source>
      <translation>Took two numbers</translation>
    </message>
    <message>
      <source>{number} 弃号的原因</source>
      <translation>Why {number} is dropped</translation>
    </message>
    <message>
      <source>其他原因</source>
      <translation>Another reason</translation>
    </message>
    <message>
      <source>留待续办</source>
      <translation>Keep for later</translation>
    </message>
    <message>
      <source>结束，未办</source>
      <translation>End undecided</translation>
    </message>
    <message>
      <source>接着办</source>
      <translation>Go on</translation>
    </message>
    <message>
      <source>哪一类业务</source>
      <translation>Which line</translation>
    </message>
    <message>
      <source>优先</source>
      <translation>Priority</translation>
    </message>
    <message>
      <source>不优先</source>
      <translation>None</translation>
    </message>
    <message>
      <source>持件：材料留在本窗口，回本窗口</source>
      <translation>Papers stay here; back to this window</translation>
    </message>
    <message>
      <source>等待：在窗口旁等，回本窗口</source>
      <translation>Waits beside the window; back to it</translation>
    </message>
    <message>
      <source>不持件：材料带走，回来到任一窗口</source>
      <translation>Takes the papers along; back to any window</translation>
    </message>
    <message>
      <source>怎样挂起</source>
      <translation>How to hold</translation>
    </message>
    <message>
      <source>转到哪里（排队时间不变）</source>
      <translation>Where to (the place in time is kept)</translation>
    </message>
    <message>
      <source>暂停的原因；在本窗口等的人回到大厅的队列。</source>
      <translation>Why; who waits for this window goes back to the hall.</translation>
    </message>
    <message>
      <source>申请人没有办就离开？已收的材料先退还。</source>
      <translation>The applicant leaves without a decision? Give the papers back first.</translation>
    </message>
    <message>
      <source>马上回来的，留待续办：哪个窗口都能接着办。</source>
      <translation>Coming back soon? Keep it: any window can go on.</translation>
    </message>
    <message>
      <source>取号并打印</source>
      <translation>Take and print</translation>
    </message>
    <message>
      <source>不取了</source>
      <translation>Do not take</translation>
    </message>
    <message>
      <source>挂起这个号</source>
      <translation>Hold</translation>
    </message>
    <message>
      <source>转移</source>
      <translation>Move</translation>
    </message>
    <message>
      <source>不转了</source>
      <translation>Do not move</translation>
    </message>
    <message>
      <source>弃掉这个号</source>
      <translation>Drop</translation>
    </message>
    <message>
      <source>不弃</source>
      <translation>Do not drop</translation>
    </message>
    <message>
      <source>暂停叫号</source>
      <translation>Pause</translation>
    </message>
    <message>
      <source>不暂停</source>
      <translation>Do not pause</translation>
    </message>
    <message>
      <source>程序出了错（支持编号 {id}）。已经保存的都在。</source>
      <translation>The program made an error (support id {id}). What was saved is safe.</translation>
    </message>
    <message>
      <source>可以接着办；请把编号告诉管理员。按 Esc 收起这条。</source>
      <translation>You can go on; tell the administrator the id. Esc hides this.</translation>
    </message>
    <message>
      <source>一窗受理</source>
      <translation>OneWindow</translation>
    </message>
    <message>
      <source>按 F2 叫下一位。</source>
      <translation>Press F2 to call the next.</translation>
    </message>
    <message>
      <source>{name}：{because}</source>
      <translation>{name}: {because}</translation>
    </message>
    <message>
      <source>选定事项以后，这里是它的材料清单：清单以外的，一份也不要。</source>
      <translation>When an item is chosen, its list stands here: nothing beyond it may be asked for.</translation>
    </message>
    <message>
      <source>申请人到了就按 Ctrl+↵ 开始，或直接按 F8 读卡。</source>
      <translation>When the person is here press Ctrl+↵, or F8 to read the card at once.</translation>
    </message>
    <message>
      <source>哪里不符</source>
      <translation>What is wrong</translation>
    </message>
    <message>
      <source>哪里不符，要怎样改</source>
      <translation>What is wrong, and how to mend it</translation>
    </message>
    <message>
      <source>记为不符</source>
      <translation>Record</translation>
    </message>
    <message>
      <source>加减</source>
      <translation>± 1</translation>
    </message>
    <message>
      <source>承诺</source>
      <translation>Promise</translation>
    </message>
    <message>
      <source>电子件</source>
      <translation>E-copy</translation>
    </message>
    <message>
      <source>扫描件</source>
      <translation>Scans</translation>
    </message>
    <message>
      <source>退还</source>
      <translation>Return</translation>
    </message>
    <message>
      <source>为什么</source>
      <translation>Why</translation>
    </message>
    <message>
      <source>{name} 不符，因为：</source>
      <translation>{name} is not acceptable because:</translation>
    </message>
    <message>
      <source>没有消息。</source>
      <translation>No news.</translation>
    </message>
    <message>
      <source>消息</source>
      <translation>News</translation>
    </message>
    <message>
      <source>全部已读</source>
      <translation>Mark all read</translation>
    </message>
    <message>
      <source>待处理</source>
      <translation>To answer</translation>
    </message>
    <message>
      <source>现在送</source>
      <translation>Send now</translation>
    </message>
    <message>
      <source>等待送出</source>
      <translation>Waiting</translation>
    </message>
    <message>
      <source>后台已收</source>
      <translation>Received there</translation>
    </message>
    <message>
      <source>等人处理</source>
      <translation>For a person</translation>
    </message>
    <message>
      <source>正在读取…</source>
      <translation>Reading…</translation>
    </message>
    <message>
      <source>等后台升级</source>
      <translation>For the upgrade</translation>
    </message>
    <message>
      <source>处理过的</source>
      <translation>Answered</translation>
    </message>
    <message>
      <source>没有等人处理的记录。</source>
      <translation>Nothing waits for a person.</translation>
    </message>
    <message>
      <source>没有等后台升级的记录。</source>
      <translation>Nothing waits for the back office's upgrade.</translation>
    </message>
    <message>
      <source>还没有处理过的记录。</source>
      <translation>Nothing was answered yet.</translation>
    </message>
    <message>
      <source>为什么作废</source>
      <translation>Why it is dropped</translation>
    </message>
    <message>
      <source>为什么作废，例如“已在二号窗口补交”</source>
      <translation>Why it is dropped, e.g. “brought to window 2 since”</translation>
    </message>
    <message>
      <source>作废</source>
      <translation>Drop</translation>
    </message>
    <message>
      <source>把 {about} 的 {n} 条记录作废</source>
      <translation>Drop {n} records of {about}</translation>
    </message>
    <message>
      <source>扫描件待送：{what}</source>
      <translation>Scans waiting: {what}</translation>
    </message>
    <message>
      <source>{name} {n}</source>
      <translation>{name} {n}</translation>
    </message>
    <message>
      <source>为什么、怎样处理的</source>
      <translation>Why, and what was done</translation>
    </message>
    <message>
      <source>为什么、怎么办</source>
      <translation>Why, and what to do</translation>
    </message>
    <message>
      <source>记下了什么</source>
      <translation>What was recorded</translation>
    </message>
    <message>
      <source>{name} 的扫描件</source>
      <translation>Scans of {name}</translation>
    </message>
    <message>
      <source>扫描</source>
      <translation>Scan</translation>
    </message>
    <message>
      <source>添加</source>
      <translation>Add</translation>
    </message>
    <message>
      <source>拿掉这一页</source>
      <translation>Take this page away</translation>
    </message>
    <message>
      <source>完成</source>
      <translation>Done</translation>
    </message>
    <message>
      <source>选扫描件</source>
      <translation>Choose scans</translation>
    </message>
    <message>
      <source>扫描件 ({kinds})</source>
      <translation>Scans ({kinds})</translation>
    </message>
    <message>
      <source>{title} · 正在存 {n} 个…</source>
      <translation>{title} · saving {n}…</translation>
    </message>
    <message>
      <source>还没有扫描件。按 Shift+F8 扫描，按 A 添加，或把文件拖到这里。</source>
      <translation>No pages yet. Press Shift+F8 to scan, A to add files, or drop files here. </translation>
    </message>
    <message>
      <source>可以是 PDF、JPEG、PNG、TIFF，每个不超过 20 MB。</source>
      <translation>PDF, JPEG, PNG or TIFF, at most 20 MB each.</translation>
    </message>
    <message>
      <source>回到窗口</source>
      <translation>Back to the window</translation>
    </message>
    <message>
      <source>为什么补打</source>
      <translation>Why print again</translation>
    </message>
    <message>
      <source>补打</source>
      <translation>Print again</translation>
    </message>
    <message>
      <source>不换</source>
      <translation>Leave it</translation>
    </message>
    <message>
      <source>收起</source>
      <translation>Close</translation>
    </message>
    <message>
      <source>今天还没有打印。</source>
      <translation>Nothing printed yet today.</translation>
    </message>
    <message>
      <source>经过</source>
      <translation>History</translation>
    </message>
    <message>
      <source>换打印机…</source>
      <translation>Move…</translation>
    </message>
    <message>
      <source>重试</source>
      <translation>Try again</translation>
    </message>
    <message>
      <source>改用哪台打印机？</source>
      <translation>To which printer?</translation>
    </message>
    <message>
      <source>出来了</source>
      <translation>It came out</translation>
    </message>
    <message>
      <source>没出来</source>
      <translation>It did not</translation>
    </message>
    <message>
      <source>补打…</source>
      <translation>Print again…</translation>
    </message>
    <message>
      <source>记下单位</source>
      <translation>Record</translation>
    </message>
    <message>
      <source>单位名称</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>统一社会信用代码</source>
      <translation>Credit code</translation>
    </message>
    <message>
      <source>法定代表人（负责人）</source>
      <translation>Legal representative</translation>
    </message>
    <message>
      <source>以个人名义</source>
      <translation>As a person</translation>
    </message>
    <message>
      <source>读代理人的证件</source>
      <translation>Read the agent’s card</translation>
    </message>
    <message>
      <source>凭什么代办</source>
      <translation>By which authority</translation>
    </message>
    <message>
      <source>记下邮寄</source>
      <translation>Record</translation>
    </message>
    <message>
      <source>收件人</source>
      <translation>Recipient</translation>
    </message>
    <message>
      <source>电话</source>
      <translation>Phone</translation>
    </message>
    <message>
      <source>邮寄地址，写到门牌</source>
      <translation>Postal address, to the door</translation>
    </message>
    <message>
      <source>记为手录</source>
      <translation>Record</translation>
    </message>
    <message>
      <source>姓名</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>证件号码</source>
      <translation>Document number</translation>
    </message>
    <message>
      <source>为什么手录</source>
      <translation>Why typed</translation>
    </message>
    <message>
      <source>没有带证件</source>
      <translation>No document brought</translation>
    </message>
    <message>
      <source>证件读不出</source>
      <translation>Card cannot be read</translation>
    </message>
    <message>
      <source>读卡器坏</source>
      <translation>Reader is broken</translation>
    </message>
    <message>
      <source>记下</source>
      <translation>Record</translation>
    </message>
    <message>
      <source>手机号码</source>
      <translation>Phone number</translation>
    </message>
    <message>
      <source>刚才登记的就是代理人</source>
      <translation>The one recorded is the agent</translation>
    </message>
    <message>
      <source>手录代理人</source>
      <translation>Type the agent</translation>
    </message>
    <message>
      <source>结果怎么取</source>
      <translation>The result</translation>
    </message>
    <message>
      <source>记下自取</source>
      <translation>Record: pick up</translation>
    </message>
    <message>
      <source>代理人凭</source>
      <translation>Agent by</translation>
    </message>
    <message>
      <source>本人来办，去掉代理人</source>
      <translation>In person, no agent</translation>
    </message>
    <message>
      <source>自取</source>
      <translation>Pick up</translation>
    </message>
    <message>
      <source>号码</source>
      <translation>Number</translation>
    </message>
    <message>
      <source>打印机</source>
      <translation>Printers</translation>
    </message>
    <message>
      <source>各文书的打印机</source>
      <translation>Printer by paper</translation>
    </message>
    <message>
      <source>地址，例如 ipp://192.0.2.10/ipp/print</source>
      <translation>Address, like ipp://192.0.2.10/ipp/print</translation>
    </message>
    <message>
      <source>打印机地址</source>
      <translation>Printer's address</translation>
    </message>
    <message>
      <source>默认文书</source>
      <translation>Documents</translation>
    </message>
    <message>
      <source>默认小票</source>
      <translation>Slips</translation>
    </message>
    <message>
      <source>拿掉</source>
      <translation>Remove</translation>
    </message>
    <message>
      <source>找打印机</source>
      <translation>Look for printers</translation>
    </message>
    <message>
      <source>写地址</source>
      <translation>Type an address</translation>
    </message>
    <message>
      <source>单独定</source>
      <translation>Its own</translation>
    </message>
    <message>
      <source>默认</source>
      <translation>Default</translation>
    </message>
    <message>
      <source>换打印机</source>
      <translation>Printer</translation>
    </message>
    <message>
      <source>按默认</source>
      <translation>As by default</translation>
    </message>
    <message>
      <source>多一份</source>
      <translation>One more</translation>
    </message>
    <message>
      <source>少一份</source>
      <translation>One fewer</translation>
    </message>
    <message>
      <source>各联分开</source>
      <translation>Named copies</translation>
    </message>
    <message>
      <source>纸盒</source>
      <translation>Tray</translation>
    </message>
    <message>
      <source>各文书的打印机（Tab 到这里）</source>
      <translation>Printer by paper (Tab)</translation>
    </message>
    <message>
      <source>正在找…</source>
      <translation>Looking…</translation>
    </message>
    <message>
      <source>找</source>
      <translation>Find</translation>
    </message>
    <message>
      <source>编号、姓名、事项或运单号；也可以扫凭证上的码</source>
      <translation>Number, name, item or waybill; or scan a code of the receipt</translation>
    </message>
    <message>
      <source>读领取人的卡</source>
      <translation>Read the collector's card</translation>
    </message>
    <message>
      <source>换下一位</source>
      <translation>Next person</translation>
    </message>
    <message>
      <source>没有等着领取的。</source>
      <translation>Nothing waits to be handed out.</translation>
    </message>
    <message>
      <source>这位没有等着领取的结果。</source>
      <translation>Nothing waits for this person.</translation>
    </message>
    <message>
      <source>还没有页。按 S 扫描，按 A 添加文件，</source>
      <translation>No pages yet. Press S to scan, A to add files; </translation>
    </message>
    <message>
      <source>也可以把文件拖到这里，或者按 Ctrl+V 粘贴。</source>
      <translation>or drop files here, or paste with Ctrl+V.</translation>
    </message>
    <message>
      <source>高拍仪：空格收下这一页，Esc 关掉</source>
      <translation>Camera: Space takes the page, Esc closes it</translation>
    </message>
    <message>
      <source>第 {n} 页，共 {m} 页</source>
      <translation>Page {n} of {m}</translation>
    </message>
    <message>
      <source>全部归入</source>
      <translation>File all</translation>
    </message>
    <message>
      <source>进纸自动</source>
      <translation>Paper: auto</translation>
    </message>
    <message>
      <source>按材料规定</source>
      <translation>As the material asks</translation>
    </message>
    <message>
      <source>{words} · 已收 {n} 页</source>
      <translation>{words} · {n} pages taken</translation>
    </message>
    <message>
      <source>正在存 {n} 个文件…</source>
      <translation>Saving {n} files…</translation>
    </message>
    <message>
      <source>归入：{name}</source>
      <translation>Filed with: {name}</translation>
    </message>
    <message>
      <source>已转正 {n}°</source>
      <translation>straightened {n}°</translation>
    </message>
    <message>
      <source>已裁边</source>
      <translation>cropped</translation>
    </message>
    <message>
      <source>原来没有归属</source>
      <translation>belonged to nobody</translation>
    </message>
    <message>
      <source>下一次扫的页换掉这一页</source>
      <translation>the next page scanned replaces this one</translation>
    </message>
    <message>
      <source>归入哪份材料（从这一页起，按数字键）</source>
      <translation>Material (from this page on, by digit)</translation>
    </message>
    <message>
      <source>停下</source>
      <translation>Stop</translation>
    </message>
    <message>
      <source>文件</source>
      <translation>Files</translation>
    </message>
    <message>
      <source>高拍仪</source>
      <translation>Camera</translation>
    </message>
    <message>
      <source>右转</source>
      <translation>Right</translation>
    </message>
    <message>
      <source>左转</source>
      <translation>Left</translation>
    </message>
    <message>
      <source>纠斜</source>
      <translation>Straighten</translation>
    </message>
    <message>
      <source>裁边</source>
      <translation>Crop</translation>
    </message>
    <message>
      <source>重扫</source>
      <translation>Rescan</translation>
    </message>
    <message>
      <source>删掉</source>
      <translation>Delete</translation>
    </message>
    <message>
      <source>按条码</source>
      <translation>By code</translation>
    </message>
    <message>
      <source>前移</source>
      <translation>Up</translation>
    </message>
    <message>
      <source>后移</source>
      <translation>Down</translation>
    </message>
    <message>
      <source>按分隔页分份</source>
      <translation>Split by sheets</translation>
    </message>
    <message>
      <source>下一份</source>
      <translation>Next</translation>
    </message>
    <message>
      <source>文书</source>
      <translation>Papers to print</translation>
    </message>
    <message>
      <source>打印</source>
      <translation>Print</translation>
    </message>
    <message>
      <source>整页</source>
      <translation>Whole page</translation>
    </message>
    <message>
      <source>屏上签名</source>
      <translation>Signed on the screen</translation>
    </message>
    <message>
      <source>存为表格</source>
      <translation>Save as a table</translation>
    </message>
    <message>
      <source>上一页</source>
      <translation>Previous</translation>
    </message>
    <message>
      <source>下一页</source>
      <translation>Next</translation>
    </message>
    <message>
      <source>没有可以打印的文书。</source>
      <translation>Nothing can be printed now.</translation>
    </message>
    <message>
      <source>没有打出</source>
      <translation>Not printed</translation>
    </message>
    <message>
      <source>再按一次就重试</source>
      <translation>Press again to retry</translation>
    </message>
    <message>
      <source>补打要写原因</source>
      <translation>A reprint needs a reason</translation>
    </message>
    <message>
      <source>只要一份</source>
      <translation>One copy</translation>
    </message>
    <message>
      <source>原大</source>
      <translation>True size</translation>
    </message>
    <message>
      <source>打过 {n} 次</source>
      <translation>Printed {n}×</translation>
    </message>
    <message>
      <source>打过</source>
      <translation>Printed</translation>
    </message>
    <message>
      <source>没有打过</source>
      <translation>Not yet</translation>
    </message>
    <message>
      <source>窗口</source>
      <translation>Window</translation>
    </message>
    <message>
      <source>工作人员</source>
      <translation>Clerk</translation>
    </message>
    <message>
      <source>密码</source>
      <translation>Password</translation>
    </message>
    <message>
      <source>登录</source>
      <translation>Sign in</translation>
    </message>
    <message>
      <source>正在登录…</source>
      <translation>Signing in…</translation>
    </message>
    <message>
      <source>政务服务大厅窗口</source>
      <translation>Government service hall</translation>
    </message>
    <message>
      <source>签名处</source>
      <translation>Sign here</translation>
    </message>
    <message>
      <source>清除</source>
      <translation>Clear</translation>
    </message>
    <message>
      <source>我不签</source>
      <translation>I will not sign</translation>
    </message>
    <message>
      <source>确认签名</source>
      <translation>Sign</translation>
    </message>
    <message>
      <source>请核对左边的文书，在方框里写下姓名。 Please read, then sign below.</source>
      <translation>Please read the paper on the left, then sign below.</translation>
    </message>
    <message>
      <source>签名人：{who}</source>
      <translation>Signer: {who}</translation>
    </message>
    <message>
      <source>您表示不签，工作人员会记下理由。要签的，直接写。</source>
      <translation>You said you will not sign; the clerk writes down why. To sign after all, just write.</translation>
    </message>
    <message>
      <source>不签的理由</source>
      <translation>Why it is not signed</translation>
    </message>
    <message>
      <source>见证人</source>
      <translation>Witness</translation>
    </message>
    <message>
      <source>记为拒签</source>
      <translation>Record the refusal</translation>
    </message>
    <message>
      <source>再请签名</source>
      <translation>Ask again</translation>
    </message>
    <message>
      <source>为什么再签一次</source>
      <translation>Why it is signed once more</translation>
    </message>
    <message>
      <source>{title}：请 {who} 在屏上签名</source>
      <translation>{title}: {who} signs on the screen</translation>
    </message>
    <message>
      <source>拔掉读卡器</source>
      <translation>Unplug the reader</translation>
    </message>
    <message>
      <source>读卡器没有反应</source>
      <translation>The reader does not answer</translation>
    </message>
    <message>
      <source>读到一半卡被拿开</source>
      <translation>The card is pulled half-way</translation>
    </message>
    <message>
      <source>线路不好，数据出错</source>
      <translation>A bad line spoils the data</translation>
    </message>
    <message>
      <source>卡不被读卡器承认</source>
      <translation>The reader refuses the card</translation>
    </message>
    <message>
      <source>放的是公交卡、银行卡</source>
      <translation>A bus or bank card lies there</translation>
    </message>
    <message>
      <source>读卡器没有授权</source>
      <translation>The reader is not authorised</translation>
    </message>
    <message>
      <source>恢复正常</source>
      <translation>All well again</translation>
    </message>
    <message>
      <source>演示读卡器：放卡 ▾</source>
      <translation>Demo reader: place a card ▾</translation>
    </message>
    <message>
      <source>拿走卡</source>
      <translation>Take the card away</translation>
    </message>
    <message>
      <source>让读卡器出故障</source>
      <translation>Cause a fault in the reader</translation>
    </message>
    <message>
      <source>外观随系统</source>
      <translation>As the system</translation>
    </message>
    <message>
      <source>浅色</source>
      <translation>Light</translation>
    </message>
    <message>
      <source>深色</source>
      <translation>Dark</translation>
    </message>
    <message>
      <source>今天还没有下过指令。</source>
      <translation>No orders given today.</translation>
    </message>
    <message>
      <source>我的指令</source>
      <translation>My orders</translation>
    </message>
    <message>
      <source>知道了</source>
      <translation>I know</translation>
    </message>
    <message>
      <source>每条指令先记在本机，再送后台；窗口手上的号要等它交还。被拒的写明原因。</source>
      <translation>Each order is kept here first, then sent. A ticket that a window holds waits until it is given back. What was refused says why.</translation>
    </message>
    <message>
      <source>看什么</source>
      <translation>Figure</translation>
    </message>
    <message>
      <source>同一天的人，换几个窗口再排一遍：选多开或少开几个。</source>
      <translation>The same day's people before other windows: choose how many more or fewer.</translation>
    </message>
    <message>
      <source>哪天</source>
      <translation>Day</translation>
    </message>
    <message>
      <source>业务</source>
      <translation>Business</translation>
    </message>
    <message>
      <source>正在算，几秒钟…</source>
      <translation>Computing, a few seconds…</translation>
    </message>
    <message>
      <source>多开 {n} 个</source>
      <translation>{n} more</translation>
    </message>
    <message>
      <source>少开 {n} 个</source>
      <translation>{n} fewer</translation>
    </message>
    <message>
      <source>不做</source>
      <translation>Cancel</translation>
    </message>
    <message>
      <source>多久</source>
      <translation>How long</translation>
    </message>
    <message>
      <source>到再改为止</source>
      <translation>Until changed</translation>
    </message>
    <message>
      <source>只今天</source>
      <translation>Today only</translation>
    </message>
    <message>
      <source>大厅没有业务。</source>
      <translation>The hall has no businesses.</translation>
    </message>
    <message>
      <source>队</source>
      <translation>Lines</translation>
    </message>
    <message>
      <source>整队转移</source>
      <translation>Move the line</translation>
    </message>
    <message>
      <source>空格、Shift 选几个；数字到那个窗口；Enter 看它的号</source>
      <translation>Space, Shift choose; digits find; Enter: its tickets</translation>
    </message>
    <message>
      <source>{line}：{counts}</source>
      <translation>{line}: {counts}</translation>
    </message>
    <message>
      <source>{number} 号窗口</source>
      <translation>Window {number}</translation>
    </message>
    <message>
      <source>业务范围</source>
      <translation>Businesses</translation>
    </message>
    <message>
      <source>我的指令 · {n} 条被拒</source>
      <translation>My orders · {n} refused</translation>
    </message>
    <message>
      <source>我的指令 · {n} 条待办</source>
      <translation>My orders · {n} waiting</translation>
    </message>
    <message>
      <source>全厅停止</source>
      <translation>Halt the hall</translation>
    </message>
    <message>
      <source>全厅停止：{reason}</source>
      <translation>The hall is halted: {reason}</translation>
    </message>
    <message>
      <source>不取号，不叫号；所有人的位置都留着。恢复按 {key}。</source>
      <translation>No tickets are given or called; everybody keeps their place. Reopen with {key}.</translation>
    </message>
    <message>
      <source>大厅</source>
      <translation>Hall</translation>
    </message>
    <message>
      <source>规则</source>
      <translation>Rules</translation>
    </message>
    <message>
      <source>统计</source>
      <translation>Figures</translation>
    </message>
    <message>
      <source>试算</source>
      <translation>What if</translation>
    </message>
    <message>
      <source>{time} 的情况</source>
      <translation>As of {time}</translation>
    </message>
    <message>
      <source>全厅恢复</source>
      <translation>Reopen the hall</translation>
    </message>
    <message>
      <source>叫号顺序</source>
      <translation>Order</translation>
    </message>
    <message>
      <source>检查</source>
      <translation>Check</translation>
    </message>
    <message>
      <source>业务范围（大厅页选窗口按 K 改）：</source>
      <translation>Businesses of windows (change on the hall page with K):</translation>
    </message>
    <message>
      <source>取号</source>
      <translation>Take a number</translation>
    </message>
    <message>
      <source>绿色通道</source>
      <translation>Green channel</translation>
    </message>
    <message>
      <source>时段（空：随大厅）</source>
      <translation>Hours (empty: the hall's)</translation>
    </message>
    <message>
      <source>限号</source>
      <translation>Quotas</translation>
    </message>
    <message>
      <source>目标分钟</source>
      <translation>Target min</translation>
    </message>
    <message>
      <source>提醒人数</source>
      <translation>Alarm at</translation>
    </message>
    <message>
      <source>改规则</source>
      <translation>Change the rules</translation>
    </message>
    <message>
      <source>是</source>
      <translation>Yes</translation>
    </message>
    <message>
      <source>否</source>
      <translation>No</translation>
    </message>
    <message>
      <source>时段</source>
      <translation>Hours</translation>
    </message>
    <message>
      <source>{n} / {all} 个</source>
      <translation>{n} of {all}</translation>
    </message>
    <message>
      <source>号码、业务、窗口、优先…</source>
      <translation>Number, business, window, priority…</translation>
    </message>
    <message>
      <source>找号</source>
      <translation>Find tickets</translation>
    </message>
    <message>
      <source>状态</source>
      <translation>State</translation>
    </message>
    <message>
      <source>换号</source>
      <translation>New number</translation>
    </message>
    <message>
      <source>选了 {chosen} 个，共 {n} / {all}</source>
      <translation>{chosen} chosen, {n} of {all}</translation>
    </message>
    <message>
      <source>找 /</source>
      <translation>Find /</translation>
    </message>
    <message>
      <source>没有这样的号。</source>
      <translation>No such tickets.</translation>
    </message>
    <message>
      <source>今天还没有号。</source>
      <translation>No tickets yet today.</translation>
    </message>
    <message>
      <source>另有 {n} 件：按 F10 输入告知书上的编号</source>
      <translation>{n} more: press F10 and type the notice’s number</translation>
    </message>
    <message>
      <source>上次没办完</source>
      <translation>Unfinished</translation>
    </message>
    <message>
      <source>等候的人</source>
      <translation>People waiting</translation>
    </message>
    <message>
      <source>找到的事项</source>
      <translation>Items found</translation>
    </message>
    <message>
      <source>材料表</source>
      <translation>Papers</translation>
    </message>
    <message>
      <source>材料（按清单，不多要）</source>
      <translation>Papers (by the list, no more)</translation>
    </message>
    <message>
      <source>原件</source>
      <translation>Orig.</translation>
    </message>
    <message>
      <source>复印件</source>
      <translation>Copies</translation>
    </message>
    <message>
      <source>为什么 / 怎么补</source>
      <translation>Why / how to mend</translation>
    </message>
    <message>
      <source>扫描的页</source>
      <translation>Scanned pages</translation>
    </message>
    <message>
      <source>第 {n} 页</source>
      <translation>Page {n}</translation>
    </message>
    <message>
      <source>等候、办理</source>
      <translation>Wait, service</translation>
    </message>
    <message>
      <source>前面</source>
      <translation>Ahead</translation>
    </message>
    <message>
      <source>来源</source>
      <translation>Taken at</translation>
    </message>
    <message>
      <source>取号时间</source>
      <translation>Taken</translation>
    </message>
    <message>
      <source>待办</source>
      <translation>To be done</translation>
    </message>
    <message>
      <source>办件时限</source>
      <translation>Limits</translation>
    </message>
    <message>
      <source>预警</source>
      <translation>Light</translation>
    </message>
    <message>
      <source>办件号、申请人</source>
      <translation>Case, applicant</translation>
    </message>
    <message>
      <source>事项、要做什么</source>
      <translation>Item, what to do</translation>
    </message>
    <message>
      <source>时限</source>
      <translation>Clock</translation>
    </message>
    <message>
      <source>到期</source>
      <translation>Due</translation>
    </message>
    <message>
      <source>还剩</source>
      <translation>Left</translation>
    </message>
    <message>
      <source>法定到期</source>
      <translation>Due by law</translation>
    </message>
    <message>
      <source>暂停时限</source>
      <translation>Pause</translation>
    </message>
    <message>
      <source>恢复时限</source>
      <translation>Resume</translation>
    </message>
    <message>
      <source>延长审批</source>
      <translation>Extend</translation>
    </message>
    <message>
      <source>没有在走的时限。</source>
      <translation>No clock runs.</translation>
    </message>
    <message>
      <source>批准人</source>
      <translation>Approved by</translation>
    </message>
    <message>
      <source>哪天开始</source>
      <translation>From</translation>
    </message>
    <message>
      <source>哪天恢复</source>
      <translation>Counts again on</translation>
    </message>
    <message>
      <source>延长时限</source>
      <translation>Extend the limit</translation>
    </message>
    <message>
      <source>几个工作日（最多 10）</source>
      <translation>Working days (10 at most)</translation>
    </message>
    <message>
      <source>感谢您的评价</source>
      <translation>Thank you for your rating</translation>
    </message>
    <message>
      <source>这次服务已经评价过了，谢谢</source>
      <translation>This service has been rated already, thank you</translation>
    </message>
    <message>
      <source>请 {number} 号到 {window} 号窗口办理</source>
      <translation>{number}, please go to window {window}</translation>
    </message>
    <message>
      <source>请 {number} 号 {name} 到 {window} 号窗口办理</source>
      <translation>Number {number}, {name}, to window {window}</translation>
    </message>
    <message>
      <source>未开放</source>
      <translation>closed</translation>
    </message>
    <message>
      <source>正在呼叫</source>
      <translation>calling</translation>
    </message>
    <message>
      <source>办理中</source>
      <translation>open</translation>
    </message>
    <message>
      <source>请在休息区等候，留意屏幕和广播。过号请到取号机回到队中。</source>
      <translation>Please wait here and watch the screen. If you missed your call, the kiosk takes you back.</translation>
    </message>
    <message>
      <source>正在打开读卡器…</source>
      <translation>Opening the reader…</translation>
    </message>
    <message>
      <source>请把证件放在读卡器上</source>
      <translation>Please put the card on the reader</translation>
    </message>
    <message>
      <source>认到证件，请不要拿开</source>
      <translation>Card found, leave it there</translation>
    </message>
    <message>
      <source>正在读取，请不要拿开</source>
      <translation>Reading, leave it there</translation>
    </message>
    <message>
      <source>照片：缺解码程序</source>
      <translation>Photo: no decoder</translation>
    </message>
    <message>
      <source>照片：没有解出来</source>
      <translation>Photo: not decoded</translation>
    </message>
    <message>
      <source>卡上的内容与手录的不同</source>
      <translation>The card differs from what was typed</translation>
    </message>
    <message>
      <source>卡上是另一个人</source>
      <translation>The card is somebody else's</translation>
    </message>
    <message>
      <source>卡上的号码与已登记的不同</source>
      <translation>The card has another number</translation>
    </message>
    <message>
      <source>卡上的姓名与已登记的不同</source>
      <translation>The card has another name</translation>
    </message>
    <message>
      <source>卡上的就是已登记的这个人。</source>
      <translation>The card is of the person recorded.</translation>
    </message>
    <message>
      <source>（卡上没有）</source>
      <translation>(not on the card)</translation>
    </message>
    <message>
      <source>申请表已送打印，请申请人核对后签字。</source>
      <translation>The form goes to the printer; the applicant checks and signs it.</translation>
    </message>
    <message>
      <source>这一件上次没有办完，可以接着办。</source>
      <translation>This case was left open; you can go on with it.</translation>
    </message>
    <message>
      <source>已扫描 {n} 页 · </source>
      <translation>{n} pages scanned · </translation>
    </message>
    <message>
      <source>一件事 · {n} 项</source>
      <translation>Bundle · {n} items</translation>
    </message>
    <message>
      <source>不符：{fault}</source>
      <translation>Not acceptable: {fault}</translation>
    </message>
    <message>
      <source>收到 · 电子件</source>
      <translation>Received · electronic</translation>
    </message>
    <message>
      <source>收到 · 扫描 {n} 页</source>
      <translation>Received · {n} scans</translation>
    </message>
    <message>
      <source>可容缺 {n} 日</source>
      <translation>May follow, {n} d</translation>
    </message>
    <message>
      <source>{year} 第 {n} 版</source>
      <translation>{year}, version {n}</translation>
    </message>
    <message>
      <source>材料 {n} → {m}</source>
      <translation>Papers {n} → {m}</translation>
    </message>
    <message>
      <source>表格 {n} → {m}</source>
      <translation>Forms {n} → {m}</translation>
    </message>
    <message>
      <source>免交 {n} 份</source>
      <translation>{n} spared</translation>
    </message>
    <message>
      <source>填写 {n} → {m} 项</source>
      <translation>Fields {n} → {m}</translation>
    </message>
    <message>
      <source>这些回答免去 {n} 份材料</source>
      <translation>These answers spare {n} papers</translation>
    </message>
    <message>
      <source>先输入事项名称、拼音、首字母或编码。</source>
      <translation>Type a name, pinyin, initials or code first.</translation>
    </message>
    <message>
      <source>选一条或写明哪里不符，申请人要照着改。</source>
      <translation>Choose or write what is wrong: the applicant mends it by this.</translation>
    </message>
    <message>
      <source>{n} 项可以受理，{m} 项还差材料（共 {k} 份）</source>
      <translation>{n} items can be accepted, {m} lack papers ({k} in all)</translation>
    </message>
    <message>
      <source>（首次已告知）</source>
      <translation> (told before)</translation>
    </message>
    <message>
      <source>已逐项办理</source>
      <translation>Decided item by item</translation>
    </message>
    <message>
      <source>已{way}送达</source>
      <translation>Delivered: {way}</translation>
    </message>
    <message>
      <source>部门要补的还差 {n} 份</source>
      <translation>{n} papers the department asked for are missing</translation>
    </message>
    <message>
      <source>部门要补的都齐了，可以交回部门</source>
      <translation>All that the department asked for is here</translation>
    </message>
    <message>
      <source>还差 {n} 份，现在不能受理</source>
      <translation>{n} missing, cannot be accepted now</translation>
    </message>
    <message>
      <source>{day} 前办结</source>
      <translation>done by {day}</translation>
    </message>
    <message>
      <source>已{way}送达，{name} 签收</source>
      <translation>Delivered: {way}, signed by {name}</translation>
    </message>
    <message>
      <source>先找到要办的事项</source>
      <translation>Find the item first</translation>
    </message>
    <message>
      <source>先读卡，再找事项</source>
      <translation>Read the card, then find the item</translation>
    </message>
    <message>
      <source>还不知道申请人是谁</source>
      <translation>Who applies is not known yet</translation>
    </message>
    <message>
      <source>材料齐全，可以受理</source>
      <translation>Complete, can be accepted</translation>
    </message>
    <message>
      <source>只差可容缺的 {n} 份，可以容缺受理</source>
      <translation>Only {n} that may follow: can be accepted</translation>
    </message>
    <message>
      <source>{n} 项都可以受理</source>
      <translation>All {n} items can be accepted</translation>
    </message>
    <message>
      <source>{n} 项都还差材料（共 {k} 份）</source>
      <translation>All {n} items lack papers ({k} in all)</translation>
    </message>
    <message>
      <source>承诺办结：{day} 前</source>
      <translation>Promised by {day}</translation>
    </message>
    <message>
      <source>{until} 前补交：{name}</source>
      <translation>To follow by {until}: {name}</translation>
    </message>
    <message>
      <source>先回答 {n} 个情形问题</source>
      <translation>Answer {n} questions first</translation>
    </message>
    <message>
      <source>回答之后才知道要哪些材料，也才能一次告知全部。</source>
      <translation>Only the answers tell which papers are needed, so that all can be named at once.</translation>
    </message>
    <message>
      <source>先登记单位</source>
      <translation>Name the organisation first</translation>
    </message>
    <message>
      <source>这个事项以单位名义申请：按营业执照登记名称、代码和法定代表人。</source>
      <translation>This item is for organisations: record name, code and representative from the licence.</translation>
    </message>
    <message>
      <source>先登记代理人</source>
      <translation>Name the agent first</translation>
    </message>
    <message>
      <source>情形选了代办：登记代理人的证件和委托书。</source>
      <translation>The answer says an agent came: record the agent’s card and authority.</translation>
    </message>
    <message>
      <source>先登记申请人本人</source>
      <translation>Name the applicant first</translation>
    </message>
    <message>
      <source>现在读的是代理人：请读或者手录申请人本人的证件。</source>
      <translation>Only the agent was read: read or type the applicant’s own document.</translation>
    </message>
    <message>
      <source>材料齐全（含承诺），可以受理</source>
      <translation>Complete with promises, can be accepted</translation>
    </message>
    <message>
      <source>您申请的“{item}”还需：</source>
      <translation>Your application “{item}” still needs:</translation>
    </message>
    <message>
      <source>您申请的“{item}”不予受理。</source>
      <translation>Your application “{item}” is not accepted.</translation>
    </message>
    <message>
      <source>理由：{reason}</source>
      <translation>Reason: {reason}</translation>
    </message>
    <message>
      <source>依据：{basis}</source>
      <translation>Basis: {basis}</translation>
    </message>
    <message>
      <source>收到您申请“{item}”的材料。</source>
      <translation>Your papers for “{item}” were received.</translation>
    </message>
    <message>
      <source>五个工作日内告知是否受理；逾期不告知，自收到之日起即为受理。</source>
      <translation>You will be told within five working days; silence means accepted from today.</translation>
    </message>
    <message>
      <source>您申请的“{item}”，各事项办理结果：</source>
      <translation>Your application for “{item}”, item by item:</translation>
    </message>
    <message>
      <source>您申请的“{item}”已受理。</source>
      <translation>Your application “{item}” is accepted.</translation>
    </message>
    <message>
      <source>（跨年，放假安排未发布，公布后以公布为准）</source>
      <translation>(Crosses a year whose holidays are not published yet)</translation>
    </message>
    <message>
      <source>已受理</source>
      <translation>Accepted</translation>
    </message>
    <message>
      <source>已容缺受理</source>
      <translation>Accepted, papers to follow</translation>
    </message>
    <message>
      <source>已凭承诺受理</source>
      <translation>Accepted on promise</translation>
    </message>
    <message>
      <source>已一次性告知补正</source>
      <translation>Notice of everything missing given</translation>
    </message>
    <message>
      <source>已决定不予受理</source>
      <translation>Application refused</translation>
    </message>
    <message>
      <source>已收件</source>
      <translation>Papers received</translation>
    </message>
    <message>
      <source>另打印补正材料一次性告知书：{names}</source>
      <translation>Also printed: a notice for {names}</translation>
    </message>
    <message>
      <source>以承诺代替：{names}</source>
      <translation>Promised instead: {names}</translation>
    </message>
    <message>
      <source>本机读不懂这条记录。</source>
      <translation>This program cannot read this record.</translation>
    </message>
    <message>
      <source>编号 {number}</source>
      <translation>number {number}</translation>
    </message>
    <message>
      <source>{person}，凭 {authority}</source>
      <translation>{person}, by {authority}</translation>
    </message>
    <message>
      <source>{name}，清单第 {version} 版</source>
      <translation>{name}, list version {version}</translation>
    </message>
    <message>
      <source>{name}，以 {kept} 代替</source>
      <translation>{name}, replaced by {kept}</translation>
    </message>
    <message>
      <source>{name}：{reason}</source>
      <translation>{name}: {reason}</translation>
    </message>
    <message>
      <source>原件 {n} 份</source>
      <translation>originals: {n}</translation>
    </message>
    <message>
      <source>复印件 {n} 份</source>
      <translation>copies: {n}</translation>
    </message>
    <message>
      <source>扫描件 {n} 个</source>
      <translation>scans: {n}</translation>
    </message>
    <message>
      <source>{way}，交给 {to}，{at}</source>
      <translation>{way}, to {to}, {at}</translation>
    </message>
    <message>
      <source>{name}，从 {day} 起：{reason}</source>
      <translation>{name}, from {day}: {reason}</translation>
    </message>
    <message>
      <source>从 {day} 起</source>
      <translation>from {day}</translation>
    </message>
    <message>
      <source>{n} 个工作日：{reason}</source>
      <translation>{n} working days: {reason}</translation>
    </message>
    <message>
      <source>承诺 {day} 前办结</source>
      <translation>promised by {day}</translation>
    </message>
    <message>
      <source>邮寄给 {name}</source>
      <translation>by post to {name}</translation>
    </message>
    <message>
      <source>{day} 前答复</source>
      <translation>answer due by {day}</translation>
    </message>
    <message>
      <source>要补正 {n} 份：{names}</source>
      <translation>to mend, {n}: {names}</translation>
    </message>
    <message>
      <source>开始接待</source>
      <translation>Service began</translation>
    </message>
    <message>
      <source>登记申请人</source>
      <translation>Applicant recorded</translation>
    </message>
    <message>
      <source>选定事项</source>
      <translation>Item chosen</translation>
    </message>
    <message>
      <source>收到材料</source>
      <translation>Paper received</translation>
    </message>
    <message>
      <source>材料不符</source>
      <translation>Paper not acceptable</translation>
    </message>
    <message>
      <source>材料承诺</source>
      <translation>Paper promised</translation>
    </message>
    <message>
      <source>退还材料</source>
      <translation>Paper given back</translation>
    </message>
    <message>
      <source>未办离开</source>
      <translation>Left undone</translation>
    </message>
    <message>
      <source>选定送达</source>
      <translation>Delivery chosen</translation>
    </message>
    <message>
      <source>材料免交</source>
      <translation>Material spared</translation>
    </message>
    <message>
      <source>告知书送达</source>
      <translation>Notice delivered</translation>
    </message>
    <message>
      <source>拒绝的要求</source>
      <translation>Demand refused</translation>
    </message>
    <message>
      <source>选定一件事</source>
      <translation>Bundle chosen</translation>
    </message>
    <message>
      <source>一件事办理</source>
      <translation>Bundle decided</translation>
    </message>
    <message>
      <source>视为受理</source>
      <translation>deemed accepted</translation>
    </message>
    <message>
      <source>时限暂停</source>
      <translation>Clock paused</translation>
    </message>
    <message>
      <source>时限恢复</source>
      <translation>Clock resumed</translation>
    </message>
    <message>
      <source>时限延长</source>
      <translation>Limit extended</translation>
    </message>
    <message>
      <source>补齐</source>
      <translation>Supplemented</translation>
    </message>
    <message>
      <source>部门要求补齐</source>
      <translation>Department asks for more</translation>
    </message>
    <message>
      <source>部门审批</source>
      <translation>Department reviewed</translation>
    </message>
    <message>
      <source>办结</source>
      <translation>Finished</translation>
    </message>
    <message>
      <source>结果退回</source>
      <translation>Result came back</translation>
    </message>
    <message>
      <source>拒签</source>
      <translation>Signature refused</translation>
    </message>
    <message>
      <source>查失信名单</source>
      <translation>Bad credit looked up</translation>
    </message>
    <message>
      <source>改为个人办理</source>
      <translation>In the person's own name</translation>
    </message>
    <message>
      <source>改为本人办理</source>
      <translation>In person</translation>
    </message>
    <message>
      <source>并入一件事</source>
      <translation>Joined to a bundle</translation>
    </message>
    <message>
      <source>转办</source>
      <translation>Dispatched</translation>
    </message>
    <message>
      <source>冲突备案</source>
      <translation>Conflict on record</translation>
    </message>
    <message>
      <source>领号</source>
      <translation>Number leased</translation>
    </message>
    <message>
      <source>办完</source>
      <translation>Served</translation>
    </message>
    <message>
      <source>交还号</source>
      <translation>Ticket given back</translation>
    </message>
    <message>
      <source>回到队里</source>
      <translation>Back in the line</translation>
    </message>
    <message>
      <source>挂起</source>
      <translation>On hold</translation>
    </message>
    <message>
      <source>弃号</source>
      <translation>Dropped</translation>
    </message>
    <message>
      <source>督导转移</source>
      <translation>Moved by a supervisor</translation>
    </message>
    <message>
      <source>督导指令</source>
      <translation>Supervisor's order</translation>
    </message>
    <message>
      <source>评价</source>
      <translation>Rating</translation>
    </message>
    <message>
      <source>差评的处理</source>
      <translation>Answer to a bad rating</translation>
    </message>
    <message>
      <source>排队小票</source>
      <translation>Queue slip</translation>
    </message>
    <message>
      <source>领办件编号</source>
      <translation>Case numbers leased</translation>
    </message>
    <message>
      <source>这不是申请人或者代理人的证件：选领取人的身份。</source>
      <translation>This is neither the applicant's nor the agent's document: choose who this is.</translation>
    </message>
    <message>
      <source>领取人姓名</source>
      <translation>Collector's name</translation>
    </message>
    <message>
      <source>与申请人的关系</source>
      <translation>Relation to the applicant</translation>
    </message>
    <message>
      <source>地址</source>
      <translation>Address</translation>
    </message>
    <message>
      <source>寄递企业</source>
      <translation>Carrier</translation>
    </message>
    <message>
      <source>运单号</source>
      <translation>Waybill</translation>
    </message>
    <message>
      <source>拒绝签收的理由</source>
      <translation>Why it is not signed</translation>
    </message>
    <message>
      <source>还没有填“{field}”。</source>
      <translation>“{field}” is still empty.</translation>
    </message>
    <message>
      <source>“{field}”不对或者没有填。</source>
      <translation>“{field}” is wrong or empty.</translation>
    </message>
    <message>
      <source>受送达人</source>
      <translation>Addressee</translation>
    </message>
    <message>
      <source>留在哪里</source>
      <translation>Where it was left</translation>
    </message>
    <message>
      <source>电子邮箱、手机或者账号</source>
      <translation>E-mail, phone or account</translation>
    </message>
    <message>
      <source>为什么留置</source>
      <translation>Why it was left</translation>
    </message>
    <message>
      <source>代理人，出示了委托书</source>
      <translation>Agent who shows an authority</translation>
    </message>
    <message>
      <source>同住的成年家属</source>
      <translation>Adult of the same household</translation>
    </message>
    <message>
      <source>单位负责收件的人</source>
      <translation>Who takes the organisation's post</translation>
    </message>
    <message>
      <source>申请人本人</source>
      <translation>The applicant</translation>
    </message>
    <message>
      <source>证件已于 {day} 过期：请核对本人。</source>
      <translation>The document expired on {day}: look at the person.</translation>
    </message>
    <message>
      <source>运单号应为 8 到 30 位字母和数字：请对照面单。</source>
      <translation>A waybill has 8 to 30 letters and digits: compare it with the label.</translation>
    </message>
    <message>
      <source>材料清单正在打印，请取走</source>
      <translation>The list is being printed. Please take it</translation>
    </message>
    <message>
      <source>{n} 人等候，约 {least}–{most} 分钟</source>
      <translation>{n} waiting, about {least}–{most} min</translation>
    </message>
    <message>
      <source>您前面还有 {n} 人</source>
      <translation>{n} ahead of you</translation>
    </message>
    <message>
      <source>约等 {least}–{most} 分钟</source>
      <translation>about {least}–{most} min</translation>
    </message>
    <message>
      <source>这一时段的号已取完</source>
      <translation>No numbers left for now</translation>
    </message>
    <message>
      <source>暂时连不上后台：恢复后按取号时间排队</source>
      <translation>The office cannot be reached: your place counts from now</translation>
    </message>
    <message>
      <source>下一位就是您，请留意呼叫</source>
      <translation>You are next. Please listen for your number</translation>
    </message>
    <message>
      <source>请留意呼叫和大屏</source>
      <translation>Please listen for your number and watch the board</translation>
    </message>
    <message>
      <source>您在这项业务已有号，还没有叫到。小票丢了可以补打。</source>
      <translation>It has not been called yet. If you lost the slip, print it again.</translation>
    </message>
    <message>
      <source>{time} 开始取号</source>
      <translation>Numbers from {time}</translation>
    </message>
    <message>
      <source>请到休息区等候</source>
      <translation>Please wait in the waiting area</translation>
    </message>
    <message>
      <source>正在打印小票…</source>
      <translation>Printing your slip…</translation>
    </message>
    <message>
      <source>请取走小票，到休息区等候</source>
      <translation>Take your slip and wait in the waiting area</translation>
    </message>
    <message>
      <source>小票没有打印出来：请记住号码，或请导办员补打</source>
      <translation>The slip was not printed: remember your number, or ask our staff</translation>
    </message>
    <message>
      <source>读卡器正在准备…</source>
      <translation>The reader is getting ready…</translation>
    </message>
    <message>
      <source>请把身份证放在读卡区</source>
      <translation>Put your ID card on the reader</translation>
    </message>
    <message>
      <source>请选择要办的事</source>
      <translation>Please choose what you would like to do</translation>
    </message>
    <message>
      <source>请把身份证放在读卡区，没有带的可以直接取号</source>
      <translation>Put your ID card on the reader, or take a number without it</translation>
    </message>
    <message>
      <source>请输入事项名称的拼音首字母</source>
      <translation>Please type the first letters of the service</translation>
    </message>
    <message>
      <source>请输入号码</source>
      <translation>Please type your number</translation>
    </message>
    <message>
      <source>您的号码是 {number}</source>
      <translation>Your number is {number}</translation>
    </message>
    <message>
      <source>{n} 页没送到后台</source>
      <translation>{n} pages not at the back office yet</translation>
    </message>
    <message>
      <source>督导：{text}</source>
      <translation>Supervisor: {text}</translation>
    </message>
    <message>
      <source>已撤销：{number} 恢复为{state}。</source>
      <translation>Undone: {number} is again {state}.</translation>
    </message>
    <message>
      <source>已取号 {number}，号票正在打印。</source>
      <translation>Number {number} taken, the ticket is printing.</translation>
    </message>
    <message>
      <source>已回到队列，前面还有 {n} 人。</source>
      <translation>Back in the line, {n} before them.</translation>
    </message>
    <message>
      <source>不持件的号由大厅放回：请到取号机或导办台。</source>
      <translation>The hall brings back who took the papers along: at the kiosk or the greeter.</translation>
    </message>
    <message>
      <source>{number} 已回到大厅的队列。</source>
      <translation>{number} is back in the hall.</translation>
    </message>
    <message>
      <source>现在没有人等候。</source>
      <translation>Nobody is waiting now.</translation>
    </message>
    <message>
      <source>等待</source>
      <translation>Waits</translation>
    </message>
    <message>
      <source>等了 {span}</source>
      <translation>Waited {span}</translation>
    </message>
    <message>
      <source>{waited} · 已呼叫 {n} 次</source>
      <translation>{waited} · called {n}×</translation>
    </message>
    <message>
      <source>大厅 {n} 人等候，本窗口 {m} 个号</source>
      <translation>{n} wait in the hall, {m} here</translation>
    </message>
    <message>
      <source>没有正在呼叫的号；列表里的号按 Delete 弃号。</source>
      <translation>Nobody is being called; Delete drops one of the list.</translation>
    </message>
    <message>
      <source>窗口前没有号。</source>
      <translation>No ticket is at the window.</translation>
    </message>
    <message>
      <source>没有可以撤销的操作。</source>
      <translation>There is nothing to undo.</translation>
    </message>
    <message>
      <source>{waited} · 已办 {span}</source>
      <translation>{waited} · serving {span}</translation>
    </message>
    <message>
      <source>离线：还可叫 {n} 个号</source>
      <translation>Offline: {n} more to call</translation>
    </message>
    <message>
      <source>本窗口可叫 {n} 个号</source>
      <translation>{n} to call here</translation>
    </message>
    <message>
      <source>{number} 还在呼叫：先开始办理，或者过号。</source>
      <translation>{number} is being called: begin, or skip.</translation>
    </message>
    <message>
      <source>没有正在呼叫的号。</source>
      <translation>Nobody is being called.</translation>
    </message>
    <message>
      <source>先把手上的办件留待续办（F4），再转移。</source>
      <translation>First leave the case for later (F4), then move.</translation>
    </message>
    <message>
      <source>办件已经打开，不能撤销叫号。</source>
      <translation>A case is open: the call cannot be undone.</translation>
    </message>
    <message>
      <source>持件</source>
      <translation>Kept</translation>
    </message>
    <message>
      <source>不持件</source>
      <translation>Away</translation>
    </message>
    <message>
      <source>等候</source>
      <translation>Waiting</translation>
    </message>
    <message>
      <source>呼叫中</source>
      <translation>being called</translation>
    </message>
    <message>
      <source>先办完手上的办件，或者让申请人离开。</source>
      <translation>First finish the case, or let the applicant leave.</translation>
    </message>
    <message>
      <source>已重呼 {n} 次，不能再呼。</source>
      <translation>Called again {n} times already.</translation>
    </message>
    <message>
      <source>还没有登记申请人，办件留不下来：先读卡，或者离开。</source>
      <translation>Nobody is identified, so the case cannot be kept: read the card, or leave.</translation>
    </message>
    <message>
      <source>过号 至 {time}</source>
      <translation>Until {time}</translation>
    </message>
    <message>
      <source>过号 须重取</source>
      <translation>New number</translation>
    </message>
    <message>
      <source>清单没有允许这份材料以承诺代替。</source>
      <translation>The list lets no promise stand for this paper.</translation>
    </message>
    <message>
      <source>{who} 窗口同时也办了这件，它记的（{what}）没有采用，以本窗口的为准。</source>
      <translation>{who} had it open too; what it recorded ({what}) was not taken. Yours counts.</translation>
    </message>
    <message>
      <source>未编号的办件</source>
      <translation>Case without a number</translation>
    </message>
    <message>
      <source>{who} 窗口先办了这件，本窗口记的（{what}）没有采用：按 F11 补记或作废。</source>
      <translation>{who} went on with it first; what was recorded here ({what}) was not taken: press F11 to record it again or drop it.</translation>
    </message>
    <message>
      <source>两窗同办</source>
      <translation>Two windows</translation>
    </message>
    <message>
      <source>消息 {n}：按 Ctrl+I</source>
      <translation>{n} news: press Ctrl+I</translation>
    </message>
    <message>
      <source>要补：{names}。申请人带来了，按 F10 输入编号接着办。</source>
      <translation>Wanted: {names}. When they are brought, press F10 and type the number.</translation>
    </message>
    <message>
      <source>{result} 到了，等着领取：按 Ctrl+U 出件。</source>
      <translation>{result} is here to be handed out: press Ctrl+U.</translation>
    </message>
    <message>
      <source>督导放开了这件（{why}）：任何窗口可以接着办。</source>
      <translation>Freed by a supervisor ({why}): any window can go on.</translation>
    </message>
    <message>
      <source>没有采用</source>
      <translation>Not taken</translation>
    </message>
    <message>
      <source>要补齐</source>
      <translation>More wanted</translation>
    </message>
    <message>
      <source>已放开</source>
      <translation>Freed</translation>
    </message>
    <message>
      <source>看不全</source>
      <translation>Incomplete</translation>
    </message>
    <message>
      <source>最早的从 {since} 起等着（{about}），共约 {size}。</source>
      <translation>The oldest waits since {since} ({about}); about {size} in all.</translation>
    </message>
    <message>
      <source>{n} 个，{size}</source>
      <translation>{n}, {size}</translation>
    </message>
    <message>
      <source>最早的从 {since} 起等着，共约 {size}。</source>
      <translation>The oldest waits since {since}; about {size} in all.</translation>
    </message>
    <message>
      <source>已补记 {n} 条，等着送后台。</source>
      <translation>Recorded again: {n}. They wait to be sent.</translation>
    </message>
    <message>
      <source>窗口前还有人：先办完手上的这一件。</source>
      <translation>Somebody is at the window: finish their case first.</translation>
    </message>
    <message>
      <source>新编号 {numbers}；替换的凭证已送打印，请交给申请人并收回旧的。</source>
      <translation>New number {numbers}; the paper that replaces the old one is being printed. Hand it over and take the old one back.</translation>
    </message>
    <message>
      <source>后台已连接，保存一条就送一条。</source>
      <translation>Connected: each record is sent as it is saved.</translation>
    </message>
    <message>
      <source>写明为什么作废，例如“已在二号窗口补交”。</source>
      <translation>Write why it is dropped, e.g. “brought to window 2 since”.</translation>
    </message>
    <message>
      <source>已记为作废，记录仍在“处理过的”里。</source>
      <translation>Dropped; it stays on record under “Answered”.</translation>
    </message>
    <message>
      <source>已取回后台的记录，下面是这件办件的现状。</source>
      <translation>The back office's records are here; below is how the case stands now.</translation>
    </message>
    <message>
      <source>后台断开。照常办理，连上以后自动送出。</source>
      <translation>Not connected. Go on working; all is sent when it returns.</translation>
    </message>
    <message>
      <source>{step}（从 {since} 起）</source>
      <translation>{step} (since {since})</translation>
    </message>
    <message>
      <source>正在连接后台…</source>
      <translation>Connecting…</translation>
    </message>
    <message>
      <source>{words}（{at}，{actor}）</source>
      <translation>{words} ({at}, {actor})</translation>
    </message>
    <message>
      <source>{said}（{at}，{by}）</source>
      <translation>{said} ({at}, {by})</translation>
    </message>
    <message>
      <source>这件办件现在：{state}，{window}。</source>
      <translation>The case now: {state}, {window}.</translation>
    </message>
    <message>
      <source>号票 {number}</source>
      <translation>ticket {number}</translation>
    </message>
    <message>
      <source>未编号</source>
      <translation>No number</translation>
    </message>
    <message>
      <source>等升级</source>
      <translation>parked</translation>
    </message>
    <message>
      <source>由程序</source>
      <translation>by the program</translation>
    </message>
    <message>
      <source>这件办件现在没有算数的记录。</source>
      <translation>Nothing recorded of this case counts now.</translation>
    </message>
    <message>
      <source>{name} 第 {n} 页</source>
      <translation>{name}, page {n}</translation>
    </message>
    <message>
      <source>这一件已经办过窗口：请承办部门要求补齐，补齐时重新扫描。</source>
      <translation>This case has left the window: ask its department to demand a supplement, and scan the page anew then.</translation>
    </message>
    <message>
      <source>缺 {n} 页</source>
      <translation>{n} pages lacking</translation>
    </message>
    <message>
      <source>{n} 条</source>
      <translation>{n} records</translation>
    </message>
    <message>
      <source>已告知承诺受理</source>
      <translation>accepted on promise</translation>
    </message>
    <message>
      <source>已告知补正</source>
      <translation>noticed</translation>
    </message>
    <message>
      <source>已不予受理</source>
      <translation>rejected</translation>
    </message>
    <message>
      <source>待补齐</source>
      <translation>supplement asked</translation>
    </message>
    <message>
      <source>已办结</source>
      <translation>finished</translation>
    </message>
    <message>
      <source>已出件</source>
      <translation>handed out</translation>
    </message>
    <message>
      <source>一起处理：{what}</source>
      <translation>Together: {what}</translation>
    </message>
    <message>
      <source>退回</source>
      <translation>refused</translation>
    </message>
    <message>
      <source>已补记</source>
      <translation>recorded again</translation>
    </message>
    <message>
      <source>已作废</source>
      <translation>dropped</translation>
    </message>
    <message>
      <source>换号重发</source>
      <translation>Fresh number, new paper</translation>
    </message>
    <message>
      <source>打开接着办</source>
      <translation>Open and go on</translation>
    </message>
    <message>
      <source>取后台现状</source>
      <translation>Fetch as it stands</translation>
    </message>
    <message>
      <source>记录作废…</source>
      <translation>Drop…</translation>
    </message>
    <message>
      <source>补记</source>
      <translation>Record again</translation>
    </message>
    <message>
      <source>还有 {n} 页 {size} 没送到后台</source>
      <translation>{n} pages ({size}) still to be sent</translation>
    </message>
    <message>
      <source>{words}，约 {time}</source>
      <translation>{words}, about {time}</translation>
    </message>
    <message>
      <source>别处扫描</source>
      <translation>Scanned elsewhere</translation>
    </message>
    <message>
      <source>正在送 {n}%</source>
      <translation>Sending {n}%</translation>
    </message>
    <message>
      <source>在别的窗口</source>
      <translation>At another window</translation>
    </message>
    <message>
      <source>在本机，等着送</source>
      <translation>Here, waiting to be sent</translation>
    </message>
    <message>
      <source>{what}，{n} 份</source>
      <translation>{what}, {n} copies</translation>
    </message>
    <message>
      <source>{title}（补打 {n}）</source>
      <translation>{title} (reprint {n})</translation>
    </message>
    <message>
      <source>{title} × {n}</source>
      <translation>{title} × {n}</translation>
    </message>
    <message>
      <source>程序或打印机中断过：这张纸出来了吗？</source>
      <translation>Something was interrupted: did this paper come out?</translation>
    </message>
    <message>
      <source>送出</source>
      <translation>Sent</translation>
    </message>
    <message>
      <source>打印机收下</source>
      <translation>Taken by the printer</translation>
    </message>
    <message>
      <source>打出</source>
      <translation>Printed</translation>
    </message>
    <message>
      <source>不知是否打出</source>
      <translation>Unknown</translation>
    </message>
    <message>
      <source>看过打印机，作了回答</source>
      <translation>Answered by looking</translation>
    </message>
    <message>
      <source>再打一遍</source>
      <translation>Tried again</translation>
    </message>
    <message>
      <source>写明为什么补打，例如“卡纸”。</source>
      <translation>Say why it is printed again, e.g. paper jam.</translation>
    </message>
    <message>
      <source>打印机已收下，还没有打完</source>
      <translation>The printer has it and has not finished</translation>
    </message>
    <message>
      <source>排队</source>
      <translation>Queued</translation>
    </message>
    <message>
      <source>正在打印</source>
      <translation>Printing</translation>
    </message>
    <message>
      <source>已打出</source>
      <translation>Printed</translation>
    </message>
    <message>
      <source>不确定</source>
      <translation>Unsure</translation>
    </message>
    <message>
      <source>已取消</source>
      <translation>Cancelled</translation>
    </message>
    <message>
      <source>补打 {n}</source>
      <translation>Reprint {n}</translation>
    </message>
    <message>
      <source>没有别的打印机：按 Ctrl+F12 添加。</source>
      <translation>There is no other printer: add one with Ctrl+F12.</translation>
    </message>
    <message>
      <source>邮寄 {name} {address}</source>
      <translation>Post to {name}, {address}</translation>
    </message>
    <message>
      <source>填表 {n}/{m}</source>
      <translation>Form {n}/{m}</translation>
    </message>
    <message>
      <source>{name} · {code} · 法定代表人 {person}</source>
      <translation>{name} · {code} · represented by {person}</translation>
    </message>
    <message>
      <source>{n} 岁</source>
      <translation>aged {n}</translation>
    </message>
    <message>
      <source>{n} 岁，未成年</source>
      <translation>aged {n}, a minor</translation>
    </message>
    <message>
      <source>例如 2026-01-31</source>
      <translation>e.g. 2026-01-31</translation>
    </message>
    <message>
      <source>18 位</source>
      <translation>18 characters</translation>
    </message>
    <message>
      <source>手录：{why}</source>
      <translation>Typed: {why}</translation>
    </message>
    <message>
      <source>电子证照</source>
      <translation>E-licence</translation>
    </message>
    <message>
      <source>待填</source>
      <translation>To fill</translation>
    </message>
    <message>
      <source>写明为什么手录，例如“没有带证件”。</source>
      <translation>Say why it was typed, e.g. no document brought.</translation>
    </message>
    <message>
      <source>写明凭什么代办，例如“授权委托书”。</source>
      <translation>Say by which authority, for example a power of attorney.</translation>
    </message>
    <message>
      <source>姓名或名称是空的，或者有不能用的字符。</source>
      <translation>The name is empty or has characters that cannot be used.</translation>
    </message>
    <message>
      <source>号码的位数或字符不对。</source>
      <translation>The number has the wrong length or characters.</translation>
    </message>
    <message>
      <source>号码最后一位对不上，多半输错了一位。</source>
      <translation>The last character does not fit: a digit is probably wrong.</translation>
    </message>
    <message>
      <source>号码里的出生日期不对。</source>
      <translation>The date of birth in the number is impossible.</translation>
    </message>
    <message>
      <source>手机号码要 7 到 20 位数字。</source>
      <translation>A phone number has 7 to 20 digits.</translation>
    </message>
    <message>
      <source>统一社会信用代码对不上，应为 18 位，多半输错了一位。</source>
      <translation>The credit code does not hold: 18 characters, most likely one mistyped.</translation>
    </message>
    <message>
      <source>法定代表人（负责人）的姓名是空的，或者有不能用的字符。</source>
      <translation>The representative’s name is empty or has characters that cannot be used.</translation>
    </message>
    <message>
      <source>收件人是空的，或者有不能用的字符。</source>
      <translation>The recipient is empty or has characters that cannot be used.</translation>
    </message>
    <message>
      <source>邮寄地址太短或太长，要写到门牌。</source>
      <translation>The address is too short or too long; it must reach the door.</translation>
    </message>
    <message>
      <source>请对照证件核对后重新输入。</source>
      <translation>Compare with the document and type again.</translation>
    </message>
    <message>
      <source>规则里有大厅没有的业务或窗口：{what}。</source>
      <translation>The rules name a business or window that the hall does not have: {what}.</translation>
    </message>
    <message>
      <source>{what}：{was} → {now}</source>
      <translation>{what}: {was} → {now}</translation>
    </message>
    <message>
      <source>{what}：写 {limits}。</source>
      <translation>{what}: {limits}.</translation>
    </message>
    <message>
      <source>{line}：时段写成 08:30-11:30，限号写成 08:30-10:00=40，先早后晚。</source>
      <translation>{line}: write hours as 08:30-11:30 and quotas as 08:30-10:00=40, the earlier first.</translation>
    </message>
    <message>
      <source>{line}：目标至少 1 分钟，提醒人数写 0 就不提醒。</source>
      <translation>{line}: the target is 1 minute at least; alarm at 0 never alarms.</translation>
    </message>
    <message>
      <source>{number} 号只办{lines}</source>
      <translation>{number} only {lines}</translation>
    </message>
    <message>
      <source>所有窗口都办全部业务</source>
      <translation>All windows serve everything</translation>
    </message>
    <message>
      <source>优先：每叫十个最多几个</source>
      <translation>Priority: most of ten calls</translation>
    </message>
    <message>
      <source>窗口先领几个号（断线时接着叫）</source>
      <translation>Tickets a window holds ahead (for when it is cut off)</translation>
    </message>
    <message>
      <source>最多重呼几次</source>
      <translation>Repeated calls at most</translation>
    </message>
    <message>
      <source>过号回来：排在几个人后面</source>
      <translation>Missed: returns behind</translation>
    </message>
    <message>
      <source>过号回来：几分钟内</source>
      <translation>Missed: within minutes</translation>
    </message>
    <message>
      <source>过号回来：最多几次</source>
      <translation>Missed: times at most</translation>
    </message>
    <message>
      <source>预约可早到晚到几分钟</source>
      <translation>Booking: minutes early or late</translation>
    </message>
    <message>
      <source>挂起几分钟后提醒</source>
      <translation>Ask about holds after minutes</translation>
    </message>
    <message>
      <source>等得最久的先叫</source>
      <translation>Longest waiting first</translation>
    </message>
    <message>
      <source>随机</source>
      <translation>Random</translation>
    </message>
    <message>
      <source>窗口的业务范围</source>
      <translation>Businesses of windows</translation>
    </message>
    <message>
      <source>；</source>
      <translation>; </translation>
    </message>
    <message>
      <source>、</source>
      <translation>, </translation>
    </message>
    <message>
      <source>{n} 份</source>
      <translation>{n} copies</translation>
    </message>
    <message>
      <source>纸盒 {tray}</source>
      <translation>tray {tray}</translation>
    </message>
    <message>
      <source>测试页已送去打印，F12 看结果。</source>
      <translation>The test page is on its way; F12 shows the result.</translation>
    </message>
    <message>
      <source>没有找到别的打印机。</source>
      <translation>No other printer was found.</translation>
    </message>
    <message>
      <source>找到</source>
      <translation>Found</translation>
    </message>
    <message>
      <source>就绪</source>
      <translation>Ready</translation>
    </message>
    <message>
      <source>有问题</source>
      <translation>Trouble</translation>
    </message>
    <message>
      <source>这台打印机没有可选的纸盒。</source>
      <translation>This printer offers no choice of trays.</translation>
    </message>
    <message>
      <source>没有找到等着补正的这个编号。</source>
      <translation>No waiting case has this number.</translation>
    </message>
    <message>
      <source>请核对编号；已经受理的不用再来补。</source>
      <translation>Check the number; what is accepted needs nothing more.</translation>
    </message>
    <message>
      <source>{item}，{day} 告知补正</source>
      <translation>{item}, noticed {day}</translation>
    </message>
    <message>
      <source>{item}，部门要求补齐</source>
      <translation>{item}, its department asks for more</translation>
    </message>
    <message>
      <source>{item}，{day} 留待续办</source>
      <translation>{item}, kept for later on {day}</translation>
    </message>
    <message>
      <source>{item}，{day} 已收件</source>
      <translation>{item}, received {day}</translation>
    </message>
    <message>
      <source>还没选事项</source>
      <translation>no item yet</translation>
    </message>
    <message>
      <source>{at} {by} 以{way}方式交给 {to}</source>
      <translation>{at} {by} delivered it ({way}) to {to}</translation>
    </message>
    <message>
      <source>理由：{reason}　见证人：{who}</source>
      <translation>Reason: {reason}　Witness: {who}</translation>
    </message>
    <message>
      <source>再打一份凭证</source>
      <translation>Print the slip again</translation>
    </message>
    <message>
      <source>在等的</source>
      <translation>Waiting</translation>
    </message>
    <message>
      <source>待领取</source>
      <translation>To collect</translation>
    </message>
    <message>
      <source>待邮寄</source>
      <translation>To post</translation>
    </message>
    <message>
      <source>逾期未领</source>
      <translation>Late</translation>
    </message>
    <message>
      <source>退回的</source>
      <translation>Came back</translation>
    </message>
    <message>
      <source>今天已出件</source>
      <translation>Handed out today</translation>
    </message>
    <message>
      <source>{way}，{taker}</source>
      <translation>{way}, {taker}</translation>
    </message>
    <message>
      <source>不予许可</source>
      <translation>refused</translation>
    </message>
    <message>
      <source>逾期</source>
      <translation>Late</translation>
    </message>
    <message>
      <source>邮件退回</source>
      <translation>The post brought it back</translation>
    </message>
    <message>
      <source>今天记错了，更正</source>
      <translation>Recorded wrongly today</translation>
    </message>
    <message>
      <source>邮寄 {address}</source>
      <translation>to post to {address}</translation>
    </message>
    <message>
      <source>已退回</source>
      <translation>Came back</translation>
    </message>
    <message>
      <source>{about} 已出件，凭证正在打印。</source>
      <translation>{about} was handed out; its slip is being printed.</translation>
    </message>
    <message>
      <source>这里没有，找到的在别处：看每行前面的字。</source>
      <translation>Not here; these stand elsewhere, as each line says.</translation>
    </message>
    <message>
      <source>{about} 已出件，请申请人在屏上签名。</source>
      <translation>{about} was handed out; the applicant signs on the screen.</translation>
    </message>
    <message>
      <source>没有在屏上签名，凭证正在打印，请在纸上签收。</source>
      <translation>Not signed on the screen; the slip is being printed to be signed on paper.</translation>
    </message>
    <message>
      <source>只列前 {n} 件：输入编号、姓名或读卡来找。</source>
      <translation>Only the first {n}: type a number or name, or read a card.</translation>
    </message>
    <message>
      <source>{about} 的凭证再打一份。</source>
      <translation>The slip of {about} is printed again.</translation>
    </message>
    <message>
      <source>{about} 重新等候领取。</source>
      <translation>{about} waits again.</translation>
    </message>
    <message>
      <source>{about} 的出件已更正。</source>
      <translation>The record of {about} was put right.</translation>
    </message>
    <message>
      <source>机读区没有读对：请再扫一次，或者手录。</source>
      <translation>The machine-readable zone was misread: scan again, or type it.</translation>
    </message>
    <message>
      <source>扫到的不是办件编号：{text}</source>
      <translation>What was scanned is no case number: {text}</translation>
    </message>
    <message>
      <source>已签名，凭证正在打印。</source>
      <translation>Signed; the slip is being printed.</translation>
    </message>
    <message>
      <source>记为拒签，凭证正在打印。</source>
      <translation>Recorded as refused; the slip is being printed.</translation>
    </message>
    <message>
      <source>写明理由。</source>
      <translation>Say why.</translation>
    </message>
    <message>
      <source>凭证真实，没有改动：{number}，{at} 在 {window} 出具，材料 {n} 项。</source>
      <translation>Genuine and unaltered: {number}, issued {at} at {window}, {n} materials.</translation>
    </message>
    <message>
      <source>机读码里没有姓名：请照证件录入姓名。</source>
      <translation>The machine-readable lines hold no name: type it as the document has it.</translation>
    </message>
    <message>
      <source>扫到办件 {number}：先开始办理，再扫一次。</source>
      <translation>Case {number} was scanned: begin serving first, then scan again.</translation>
    </message>
    <message>
      <source>机读码没有读对（校验位不符）：擦净证件，再扫一次。</source>
      <translation>The machine-readable lines were misread (check digit): wipe the document and scan again.</translation>
    </message>
    <message>
      <source>扫到“{text}”，这里用不上。</source>
      <translation>“{text}” was scanned; it is of no use here.</translation>
    </message>
    <message>
      <source>一件事 · {department}</source>
      <translation>Bundle · {department}</translation>
    </message>
    <message>
      <source>{title} 已送去打印，F12 看结果。</source>
      <translation>{title} is on its way to the printer; F12 shows the result.</translation>
    </message>
    <message>
      <source>已存为 {file}</source>
      <translation>Saved as {file}</translation>
    </message>
    <message>
      <source>签名已记下，打印出来就带着签名。</source>
      <translation>The signature is recorded; the paper prints with it.</translation>
    </message>
    <message>
      <source>先输入密码。</source>
      <translation>Type the password first.</translation>
    </message>
    <message>
      <source>申请人表示不签：写明理由和见证人，或者取消后再请签。</source>
      <translation>The applicant will not sign: write down why and who saw it, or cancel.</translation>
    </message>
    <message>
      <source>这份文书已经签过：写明为什么再签一次。</source>
      <translation>This paper was signed before: say why it is signed once more.</translation>
    </message>
    <message>
      <source>写明不签的理由和见证人。</source>
      <translation>Write down why it is not signed, and the witness.</translation>
    </message>
    <message>
      <source>本机时间慢了 {span}：请校准</source>
      <translation>This computer's clock is {span} slow: set it right</translation>
    </message>
    <message>
      <source>扫描件 {n} 个 {size}，约 {time}</source>
      <translation>{n} scans, {size}, about {time}</translation>
    </message>
    <message>
      <source>打印机：{what}</source>
      <translation>Printer: {what}</translation>
    </message>
    <message>
      <source>后台已连接</source>
      <translation>Back office connected</translation>
    </message>
    <message>
      <source>本机时间快了 {span}：请校准</source>
      <translation>This computer's clock is {span} fast: set it right</translation>
    </message>
    <message>
      <source>扫描件 {n} 个 {size}</source>
      <translation>{n} scans, {size}</translation>
    </message>
    <message>
      <source>读卡器 就绪</source>
      <translation>Reader ready</translation>
    </message>
    <message>
      <source>打印机 就绪</source>
      <translation>Printer ready</translation>
    </message>
    <message>
      <source>后台不收本机记录：请找管理员</source>
      <translation>Back office refuses this window: call the administrator</translation>
    </message>
    <message>
      <source>后台断开，编号还够 {n} 天：请恢复网络</source>
      <translation>Back office away; case numbers last {n} days: restore the network</translation>
    </message>
    <message>
      <source>后台断开，照常办理</source>
      <translation>Back office away, go on working</translation>
    </message>
    <message>
      <source>{n} 小时</source>
      <translation>{n} h</translation>
    </message>
    <message>
      <source>后台退回 {n} 条：按 F11 查看</source>
      <translation>{n} refused: press F11</translation>
    </message>
    <message>
      <source>{n} 个扫描件要重新扫描：按 F11 查看</source>
      <translation>{n} scans must be scanned anew: press F11</translation>
    </message>
    <message>
      <source>待发 {n}</source>
      <translation>{n} to send</translation>
    </message>
    <message>
      <source>已全部送达</source>
      <translation>All sent</translation>
    </message>
    <message>
      <source>读卡器 正在读卡</source>
      <translation>Reader reading</translation>
    </message>
    <message>
      <source>读卡器：{what}</source>
      <translation>Reader: {what}</translation>
    </message>
    <message>
      <source>{n} 份不知是否打出：按 F12 回答</source>
      <translation>{n} unsure: press F12</translation>
    </message>
    <message>
      <source>{n} 份没有打出：按 F12 重试</source>
      <translation>{n} not printed: press F12</translation>
    </message>
    <message>
      <source>打印机 …</source>
      <translation>Printer …</translation>
    </message>
    <message>
      <source>打印机 正在打印</source>
      <translation>Printer printing</translation>
    </message>
    <message>
      <source>后台断开，编号快用完了：请尽快恢复网络</source>
      <translation>Back office away; case numbers are nearly used up: restore the network now</translation>
    </message>
    <message>
      <source>{name}：{what}</source>
      <translation>{name}: {what}</translation>
    </message>
    <message>
      <source>{act}：已记下，正送后台。进展看“我的指令”。</source>
      <translation>{act}: recorded, being sent. See “My orders” for how far it came.</translation>
    </message>
    <message>
      <source>这是 {time} 的情况。</source>
      <translation>This is how it stood at {time}. </translation>
    </message>
    <message>
      <source>再按一次 Ctrl+↵ 就{act}；按 Esc 不做。</source>
      <translation>Press Ctrl+↵ once more to do it: {act}. Esc cancels.</translation>
    </message>
    <message>
      <source>还没有连上后台：看不到大厅。</source>
      <translation>The back office has not been reached yet: the hall cannot be seen.</translation>
    </message>
    <message>
      <source>选中的号没有在等的：呼叫、办理和办完的号不能动。</source>
      <translation>None of these tickets waits: tickets called, served or finished cannot be moved.</translation>
    </message>
    <message>
      <source>这一条不能撤销。</source>
      <translation>This one cannot be taken back.</translation>
    </message>
    <message>
      <source>取号 {all}，没办成 {gone}（{part}%）：过号 {passed}，弃号 {dropped}。</source>
      <translation>{all} numbers taken, {gone} not served ({part}%): {passed} missed, {dropped} dropped.</translation>
    </message>
    <message>
      <source>{n} 个窗口办完 {all} 人；最多 {most} 号 {m} 人，最少 {least} 号 {k} 人。</source>
      <translation>{n} windows served {all}; most at {most} with {m}, fewest at {least} with {k}.</translation>
    </message>
    <message>
      <source>平均每窗 {n} 人、办理 {hours} 小时。</source>
      <translation>On average {n} people and {hours} hours of service for each window.</translation>
    </message>
    <message>
      <source>说过 {all} 次，{part}% 说准了（差一分钟以内也算）；比说的早 {sooner}，比说的晚 {later}。</source>
      <translation>Told {all} times, {part}% right (a minute either way counts); {sooner} sooner, {later} later than told.</translation>
    </message>
    <message>
      <source>{n} 天，平均每天 {taken} 个号，等 {mean} 分；最多的是 {day}，{most} 个号。</source>
      <translation>{n} days, {taken} numbers a day on average, {mean} min of wait; most on {day}, {most} numbers.</translation>
    </message>
    <message>
      <source>{n} 时</source>
      <translation>{n}:00</translation>
    </message>
    <message>
      <source>叫到 {n} 人：一半等不到 {middle} 分，九成不到 {high} 分，{over} 人超 {target} 分。</source>
      <translation>{n} called: half waited under {middle} min, nine of ten under {high} min, {over} over {target} min.</translation>
    </message>
    <message>
      <source>办完 {n} 人，平均 {mean} 分，一半不到 {middle} 分（不算挂起的时间）。</source>
      <translation>{n} served, {mean} min on average, half under {middle} min (without time on hold).</translation>
    </message>
    <message>
      <source>还没有办完的。</source>
      <translation>Nobody has been served yet.</translation>
    </message>
    <message>
      <source>办理时长</source>
      <translation>Service times</translation>
    </message>
    <message>
      <source>过号弃号</source>
      <translation>No-shows</translation>
    </message>
    <message>
      <source>各窗各时</source>
      <translation>By window and hour</translation>
    </message>
    <message>
      <source>各窗</source>
      <translation>By window</translation>
    </message>
    <message>
      <source>估计准不准</source>
      <translation>Estimates</translation>
    </message>
    <message>
      <source>多日</source>
      <translation>Days</translation>
    </message>
    <message>
      <source>取号以后等了多久，按取号的钟点</source>
      <translation>Wait after taking a number, by the hour it was taken</translation>
    </message>
    <message>
      <source>分钟</source>
      <translation>min</translation>
    </message>
    <message>
      <source>办一个人多久，按取号的钟点</source>
      <translation>Length of a service, by the hour the number was taken</translation>
    </message>
    <message>
      <source>取了号没有办的，按取号的钟点</source>
      <translation>Numbers taken and not served, by the hour</translation>
    </message>
    <message>
      <source>人</source>
      <translation>people</translation>
    </message>
    <message>
      <source>各窗口各钟点办完几人</source>
      <translation>People served by window and hour</translation>
    </message>
    <message>
      <source>各窗口办完的人数和办理的钟头</source>
      <translation>People served and hours of service by window</translation>
    </message>
    <message>
      <source>取号时说的，和真等的</source>
      <translation>What was told, and the real wait</translation>
    </message>
    <message>
      <source>说的中间值，分钟</source>
      <translation>Middle of what was told, min</translation>
    </message>
    <message>
      <source>真等的，分钟</source>
      <translation>Real wait, min</translation>
    </message>
    <message>
      <source>最近各天</source>
      <translation>The last days</translation>
    </message>
    <message>
      <source>一半人不超过</source>
      <translation>Half within</translation>
    </message>
    <message>
      <source>九成人不超过</source>
      <translation>Nine of ten within</translation>
    </message>
    <message>
      <source>目标 {n} 分</source>
      <translation>Target {n} min</translation>
    </message>
    <message>
      <source>办了或在等</source>
      <translation>Served or waiting</translation>
    </message>
    <message>
      <source>过号、弃号</source>
      <translation>Missed, dropped</translation>
    </message>
    <message>
      <source>{n} 号</source>
      <translation>{n}</translation>
    </message>
    <message>
      <source>人数</source>
      <translation>People</translation>
    </message>
    <message>
      <source>办理小时</source>
      <translation>Hours of service</translation>
    </message>
    <message>
      <source>平均等候，分钟</source>
      <translation>Mean wait, min</translation>
    </message>
    <message>
      <source>每百个号没办成</source>
      <translation>Not served of a hundred</translation>
    </message>
    <message>
      <source>这天没有号。</source>
      <translation>No numbers on this day.</translation>
    </message>
    <message>
      <source>取号时没有说过要等多久：最近一小时办得太少，不好估。</source>
      <translation>No wait was told: too few services in the hour before to say anything.</translation>
    </message>
    <message>
      <source>没有别的天。</source>
      <translation>No other days.</translation>
    </message>
    <message>
      <source>当天 {windows} 个窗口，平均等 {was} 分。{name}：平均等 {now} 分，十次里九次落在 {least}–{most} 分。</source>
      <translation>{windows} windows that day, {was} min of wait on average. {name}: {now} min, nine times of ten between {least} and {most} min.</translation>
    </message>
    <message>
      <source>误差：照原样重放得 {replayed} 分，和真的差 {off} 分；别的窗口数也可能差这么多。不知道窗口暂停了多久，按一直能叫算；办理时长从当天同一业务里抽。</source>
      <translation>Error: replaying the day as it was gives {replayed} min, {off} min off the real one; other numbers of windows may be as far off. Pauses are not known and count as open; service times are drawn from the same business and day.</translation>
    </message>
    <message>
      <source>重放和当天差得多，这个答案只能看方向。{doubt}</source>
      <translation>The replay is far from the real day: take this for the direction only. {doubt}</translation>
    </message>
    <message>
      <source>这天办完的太少（{n} 人），或窗口不够减：算不出。</source>
      <translation>Too few were served that day ({n}), or too few windows to take away: no answer.</translation>
    </message>
    <message>
      <source>平均等候</source>
      <translation>Mean wait</translation>
    </message>
    <message>
      <source>全部业务</source>
      <translation>All businesses</translation>
    </message>
    <message>
      <source>当天真的</source>
      <translation>The day itself</translation>
    </message>
    <message>
      <source>重放当天</source>
      <translation>Day replayed</translation>
    </message>
    <message>
      <source>已存到 {file}</source>
      <translation>Saved as {file}</translation>
    </message>
    <message>
      <source>{day} · {n} 个号</source>
      <translation>{day} · {n}</translation>
    </message>
    <message>
      <source>这天没有可存的。</source>
      <translation>Nothing to save of this day.</translation>
    </message>
    <message>
      <source>旧号作废，新号站原来的位置；小票在本机打印，请当面换给本人。</source>
      <translation>The old number is void, the new one keeps its place. The slip is printed here: hand it over in person.</translation>
    </message>
    <message>
      <source>选全部就是什么都办。已经在窗口手上的号不动。</source>
      <translation>All chosen means everything is served. Tickets already held by the window stay there.</translation>
    </message>
    <message>
      <source>业务不变</source>
      <translation>Same business</translation>
    </message>
    <message>
      <source>{what} 所在的窗口连得上：一般转移就行，不用换号。</source>
      <translation>The window of {what} can be reached: moving is usually enough, no new number is needed.</translation>
    </message>
    <message>
      <source>全部窗口</source>
      <translation>All windows</translation>
    </message>
    <message>
      <source>{what}：连上以后才照办。</source>
      <translation>{what}: follows once it is reached again.</translation>
    </message>
    <message>
      <source>现在的规则只到今天：选“到再改为止”，今天临时的也一直有效。</source>
      <translation> The present rules end today: with “Until changed”, today's exceptions stay too.</translation>
    </message>
    <message>
      <source>至少留一类业务；一类都不办请用关窗。</source>
      <translation>Leave at least one business; to serve none, close the window.</translation>
    </message>
    <message>
      <source>{what} 在 {window}手上，先向它要回</source>
      <translation>{what} held by {window}, asked back first</translation>
    </message>
    <message>
      <source> 等 {n} 个</source>
      <translation> and others, {n} in all</translation>
    </message>
    <message>
      <source>转移 {what}</source>
      <translation>Move {what}</translation>
    </message>
    <message>
      <source>换号并打印</source>
      <translation>New number, print</translation>
    </message>
    <message>
      <source>换号 {what}</source>
      <translation>New number for {what}</translation>
    </message>
    <message>
      <source>手上的人办完为止；它手上等候的号回到大厅的队里。</source>
      <translation>Whoever is being served is served to the end; tickets waiting there go back to the hall's line.</translation>
    </message>
    <message>
      <source>{act}：{what}</source>
      <translation>{act}: {what}</translation>
    </message>
    <message>
      <source>改业务范围</source>
      <translation>Change businesses</translation>
    </message>
    <message>
      <source>{what} 办哪些业务</source>
      <translation>What {what} serves</translation>
    </message>
    <message>
      <source>紧急停止：不取号，不叫号</source>
      <translation>Emergency halt: no tickets given, none called</translation>
    </message>
    <message>
      <source>正在办的办完为止；等候的人都留在原来的位置，恢复后接着叫。断线的窗口连上才停。</source>
      <translation>Those being served are served to the end; all others keep their places and are called after the reopening. Windows out of reach halt once they are reached.</translation>
    </message>
    <message>
      <source>撤销：{act}</source>
      <translation>Taken back: {act}</translation>
    </message>
    <message>
      <source>撤销也是一条指令：照原来的样子改回去，两条都留在记录里。</source>
      <translation>Taking back is an order too: it puts things as they were, and both stay on record.</translation>
    </message>
    <message>
      <source>先写消息。</source>
      <translation>Write the message first.</translation>
    </message>
    <message>
      <source>先写理由：会记在记录里。</source>
      <translation>Give a reason first: it goes on record.</translation>
    </message>
    <message>
      <source>{number} 号窗口（断线）</source>
      <translation>Window {number} (lost)</translation>
    </message>
    <message>
      <source>{number} 号窗口（未开）</source>
      <translation>Window {number} (closed)</translation>
    </message>
    <message>
      <source>{what} 在 {window}手上（{lost}）：要等它连上；本人等不了就用换号</source>
      <translation>{what} held by {window} ({lost}): it must be reached first; who cannot wait gets a new number</translation>
    </message>
    <message>
      <source>。</source>
      <translation>.</translation>
    </message>
    <message>
      <source>窗口断线</source>
      <translation>Window lost</translation>
    </message>
    <message>
      <source>等得太久</source>
      <translation>Waited too long</translation>
    </message>
    <message>
      <source>专人办理</source>
      <translation>Needs a certain clerk</translation>
    </message>
    <message>
      <source>窗口断线，联系不上</source>
      <translation>Window lost, cannot be reached</translation>
    </message>
    <message>
      <source>小票丢了</source>
      <translation>Slip lost</translation>
    </message>
    <message>
      <source>恢复取号和叫号</source>
      <translation>Give and call tickets again</translation>
    </message>
    <message>
      <source>所有人站原来的位置，一个号不少。</source>
      <translation>Everybody has their old place; no ticket is lost.</translation>
    </message>
    <message>
      <source>消防疏散</source>
      <translation>Fire evacuation</translation>
    </message>
    <message>
      <source>停电</source>
      <translation>Power cut</translation>
    </message>
    <message>
      <source>系统故障</source>
      <translation>System failure</translation>
    </message>
    <message>
      <source>点错了</source>
      <translation>By mistake</translation>
    </message>
    <message>
      <source>情况变了</source>
      <translation>Things changed</translation>
    </message>
    <message>
      <source>任意窗口</source>
      <translation>Any window</translation>
    </message>
    <message>
      <source>优先不变</source>
      <translation>Same priority</translation>
    </message>
    <message>
      <source>去掉优先</source>
      <translation>No priority</translation>
    </message>
    <message>
      <source>{time} 起断线</source>
      <translation>lost since {time}</translation>
    </message>
    <message>
      <source>断线</source>
      <translation>Lost</translation>
    </message>
    <message>
      <source>未开</source>
      <translation>Closed</translation>
    </message>
    <message>
      <source>呼叫</source>
      <translation>Calling</translation>
    </message>
    <message>
      <source>办理</source>
      <translation>Serving</translation>
    </message>
    <message>
      <source>暂停中</source>
      <translation>Paused</translation>
    </message>
    <message>
      <source>挂起·不持件</source>
      <translation>Hold · no papers</translation>
    </message>
    <message>
      <source>挂起·持件</source>
      <translation>Hold · papers here</translation>
    </message>
    <message>
      <source>挂起·等待</source>
      <translation>Hold · waits</translation>
    </message>
    <message>
      <source>窗口取</source>
      <translation>Window</translation>
    </message>
    <message>
      <source>取号机</source>
      <translation>Kiosk</translation>
    </message>
    <message>
      <source>导办</source>
      <translation>Greeter</translation>
    </message>
    <message>
      <source>预约</source>
      <translation>Booking</translation>
    </message>
    <message>
      <source>正常</source>
      <translation>on time</translation>
    </message>
    <message>
      <source>将超时</source>
      <translation>Soon late</translation>
    </message>
    <message>
      <source>超时</source>
      <translation>Late</translation>
    </message>
    <message>
      <source>还没照办</source>
      <translation>not followed yet</translation>
    </message>
    <message>
      <source>全厅紧急停止</source>
      <translation>Emergency halt of the hall</translation>
    </message>
    <message>
      <source>{n} 个窗口</source>
      <translation>{n} windows</translation>
    </message>
    <message>
      <source>转 {aim}：{why}</source>
      <translation>To {aim}: {why}</translation>
    </message>
    <message>
      <source>还没送到后台</source>
      <translation>not sent yet</translation>
    </message>
    <message>
      <source>等 {window}交还（{lost}；可换号）</source>
      <translation>until {window} gives it back ({lost}; a new number is possible)</translation>
    </message>
    <message>
      <source>等 {window}交还</source>
      <translation>until {window} gives it back</translation>
    </message>
    <message>
      <source>{what}：{why}</source>
      <translation>{what}: {why}</translation>
    </message>
    <message>
      <source>转移 {n} 个号 → {aim}</source>
      <translation>Move {n} tickets → {aim}</translation>
    </message>
    <message>
      <source>换号 → {number}</source>
      <translation>New number → {number}</translation>
    </message>
    <message>
      <source>消息 → {windows}</source>
      <translation>Message → {windows}</translation>
    </message>
    <message>
      <source>{order} {windows}</source>
      <translation>{order} {windows}</translation>
    </message>
    <message>
      <source>改规则，到再改为止</source>
      <translation>Rules changed until further notice</translation>
    </message>
    <message>
      <source>没有办成 {what}：{why}</source>
      <translation>Refused, {what}: {why}</translation>
    </message>
    <message>
      <source>已撤销</source>
      <translation>Taken back</translation>
    </message>
    <message>
      <source>拒 {n}/{all}</source>
      <translation>Refused {n}/{all}</translation>
    </message>
    <message>
      <source>等 {n} 个</source>
      <translation>{n} in all</translation>
    </message>
    <message>
      <source>改规则，到 {day} 为止</source>
      <translation>Rules changed until {day}</translation>
    </message>
    <message>
      <source>待执行：{order}</source>
      <translation>Ordered: {order}</translation>
    </message>
    <message>
      <source>待办 {n}/{all}</source>
      <translation>Waits {n}/{all}</translation>
    </message>
    <message>
      <source>已执行</source>
      <translation>Done</translation>
    </message>
    <message>
      <source>全厅</source>
      <translation>The hall</translation>
    </message>
    <message>
      <source>一个号</source>
      <translation>a ticket</translation>
    </message>
    <message>
      <source>不动任何已取的号。再按一次 Ctrl+↵ 就改。</source>
      <translation>No ticket taken is touched. Press Ctrl+↵ once more to change them.</translation>
    </message>
    <message>
      <source>{changes} 等 {n} 处</source>
      <translation>{changes} and others, {n} in all</translation>
    </message>
    <message>
      <source>规则刚被改过：请核对以后再来一次。</source>
      <translation>The rules were changed just now: look at them and begin again.</translation>
    </message>
    <message>
      <source>现在的规则只到今天：这样改，今天临时的也一直有效。</source>
      <translation>The present rules end today: changed like this, today's exceptions stay too. </translation>
    </message>
    <message>
      <source>要改：{changes}。</source>
      <translation>Will change: {changes}.</translation>
    </message>
    <message>
      <source>改规则：已记下，正送后台。</source>
      <translation>Rules: recorded, being sent.</translation>
    </message>
    <message>
      <source>什么都没有改。</source>
      <translation>Nothing was changed.</translation>
    </message>
    <message>
      <source>已办 {n}</source>
      <translation>{n} served</translation>
    </message>
    <message>
      <source>办完 {served} · 过号 {passed} · 弃号 {dropped}</source>
      <translation>{served} served · {passed} missed · {dropped} dropped</translation>
    </message>
    <message>
      <source>{state} · 只办 {lines}</source>
      <translation>{state} · only {lines}</translation>
    </message>
    <message>
      <source>已向 {window}要回</source>
      <translation>Asked back from {window}</translation>
    </message>
    <message>
      <source>只到 {window}</source>
      <translation>Only at {window}</translation>
    </message>
    <message>
      <source>{window} {lost}</source>
      <translation>{window} {lost}</translation>
    </message>
    <message>
      <source>等 {n} 分</source>
      <translation>waits {n} min</translation>
    </message>
    <message>
      <source>等 {n} · 办 {m} 分</source>
      <translation>waited {n} · served {m} min</translation>
    </message>
    <message>
      <source>等了 {n} 分</source>
      <translation>waited {n} min</translation>
    </message>
    <message>
      <source>{n} 分</source>
      <translation>{n} min</translation>
    </message>
    <message>
      <source>最久 {longest}/{target} 分</source>
      <translation>{longest}/{target} min</translation>
    </message>
    <message>
      <source>目标 {target} 分</source>
      <translation>Target {target} min</translation>
    </message>
    <message>
      <source>还剩 {n} 号</source>
      <translation>{n} numbers left</translation>
    </message>
    <message>
      <source>估计 {least}–{most} 分</source>
      <translation>estimate {least}–{most} min</translation>
    </message>
    <message>
      <source>{n} 人</source>
      <translation>{n}</translation>
    </message>
    <message>
      <source>开 {n}/{all} 窗</source>
      <translation>{n}/{all} windows open</translation>
    </message>
    <message>
      <source>办完 {n}</source>
      <translation>{n} served</translation>
    </message>
    <message>
      <source>{time} 开</source>
      <translation>Opens {time}</translation>
    </message>
    <message>
      <source>现在不取号</source>
      <translation>Gives no numbers now</translation>
    </message>
    <message>
      <source>无人等</source>
      <translation>Nobody</translation>
    </message>
    <message>
      <source>▲ 暂停 {n} 窗</source>
      <translation>▲ {n} paused</translation>
    </message>
    <message>
      <source>■ 断线 {n} 窗</source>
      <translation>■ {n} lost</translation>
    </message>
    <message>
      <source>■ {n} 条队超时</source>
      <translation>■ {n} lines late</translation>
    </message>
    <message>
      <source>正在扫第 {n} 页</source>
      <translation>Scanning page {n}</translation>
    </message>
    <message>
      <source>粘贴的图片</source>
      <translation>Pasted picture</translation>
    </message>
    <message>
      <source>高拍仪的页</source>
      <translation>Page from the camera</translation>
    </message>
    <message>
      <source>{n} 页归入了 {m} 份材料。</source>
      <translation>{n} pages filed with {m} materials.</translation>
    </message>
    <message>
      <source>{words} {percent}%</source>
      <translation>{words} {percent}%</translation>
    </message>
    <message>
      <source>收下 {n} 页。</source>
      <translation>{n} pages taken.</translation>
    </message>
    <message>
      <source>先开始办件，页面才能归入材料；现在它们都留在待归页里。</source>
      <translation>Begin a case before filing pages; until then they stay in the tray.</translation>
    </message>
    <message>
      <source>按 {n} 张分隔页分好了。</source>
      <translation>Split by {n} separator sheets.</translation>
    </message>
    <message>
      <source>没有找到分隔页。可以停在每份的第一页，按数字键分开。</source>
      <translation>No separator sheet found. Go to the first page of each material and press its digit.</translation>
    </message>
    <message>
      <source>再按一次就照样归入；要重扫按 N，不要的按 Delete。</source>
      <translation>Press again to file all the same; N to rescan, Delete to drop a page.</translation>
    </message>
    <message>
      <source>这一页：{mode}</source>
      <translation>This page: {mode}</translation>
    </message>
    <message>
      <source>这一页交给了条码上的办件，办那一件时会看到。</source>
      <translation>The page went to the case of its barcode; it shows there.</translation>
    </message>
    <message>
      <source>从第 {n} 页起归入：{name}</source>
      <translation>From page {n} on: {name}</translation>
    </message>
    <message>
      <source>这一页上的凭证真实，没有改动。</source>
      <translation>The receipt on this page is genuine and unaltered.</translation>
    </message>
    <message>
      <source>这一页看起来是正的。</source>
      <translation>This page looks straight.</translation>
    </message>
    <message>
      <source>这一页没有可以裁掉的边。</source>
      <translation>This page has no edge to crop.</translation>
    </message>
    <message>
      <source>这一页上没有别的办件的条码。</source>
      <translation>No barcode of another case on this page.</translation>
    </message>
    <message>
      <source>凭证有假</source>
      <translation>Not genuine</translation>
    </message>
    <message>
      <source>第 {n} 页：{what}</source>
      <translation>page {n}: {what}</translation>
    </message>
    <message>
      <source>平板</source>
      <translation>Glass</translation>
    </message>
    <message>
      <source>进纸器</source>
      <translation>Feeder</translation>
    </message>
    <message>
      <source>双面</source>
      <translation>Both sides</translation>
    </message>
    <message>
      <source>彩色</source>
      <translation>Colour</translation>
    </message>
    <message>
      <source>灰度</source>
      <translation>Grey</translation>
    </message>
    <message>
      <source>黑白</source>
      <translation>Black and white</translation>
    </message>
    <message>
      <source>空白页</source>
      <translation>Blank</translation>
    </message>
    <message>
      <source>模糊</source>
      <translation>Blurred</translation>
    </message>
    <message>
      <source>太暗</source>
      <translation>Dark</translation>
    </message>
    <message>
      <source>凭证真实</source>
      <translation>Genuine</translation>
    </message>
    <message>
      <source>凭证未核</source>
      <translation>Not checked</translation>
    </message>
    <message>
      <source>分隔页</source>
      <translation>Separator</translation>
    </message>
    <message>
      <source>，</source>
      <translation>, </translation>
    </message>
    <message>
      <source>别的办件</source>
      <translation>Other case</translation>
    </message>
    <message>
      <source>正在看…</source>
      <translation>Looking…</translation>
    </message>
    <message>
      <source>有点斜</source>
      <translation>Crooked</translation>
    </message>
    <message>
      <source>红 {red} · 黄 {yellow} · 共 {all} 件</source>
      <translation>red {red} · yellow {yellow} · {all} in all</translation>
    </message>
    <message>
      <source>时限 红 {red} 黄 {yellow}：按 Ctrl+J</source>
      <translation>Limits red {red} yellow {yellow}: Ctrl+J</translation>
    </message>
    <message>
      <source>{head}（只列最急的）</source>
      <translation>{head} (only the most urgent)</translation>
    </message>
    <message>
      <source>{head} · 今天 {n} 件记为视为受理</source>
      <translation>{head} · {n} deemed accepted today</translation>
    </message>
    <message>
      <source>{years} 年放假安排未发布，到期日先按周一至周五计算；公布以后请管理员导入（onewindow calendar import）。</source>
      <translation>Holidays of {years} are not published: days are counted Monday to Friday until the administrator has imported them (onewindow calendar import).</translation>
    </message>
    <message>
      <source>先选是哪个特别程序：按数字键。</source>
      <translation>First choose the special procedure: press its number.</translation>
    </message>
    <message>
      <source>理由和批准人都要写。</source>
      <translation>Reason and approver are both needed.</translation>
    </message>
    <message>
      <source>日期写成 2026-01-31 这样。</source>
      <translation>Write the day like 2026-01-31.</translation>
    </message>
    <message>
      <source>时限不能计算：按 Ctrl+J</source>
      <translation>Limits cannot be told: Ctrl+J</translation>
    </message>
    <message>
      <source>延长几个工作日？写 1 到 10。</source>
      <translation>How many working days? Write 1 to 10.</translation>
    </message>
    <message>
      <source>{number} 的时限已暂停。</source>
      <translation>The clock of {number} is paused.</translation>
    </message>
    <message>
      <source>{number} 的时限已恢复。</source>
      <translation>The clock of {number} runs again.</translation>
    </message>
    <message>
      <source>{number} 的时限已延长。</source>
      <translation>The limit of {number} is extended.</translation>
    </message>
    <message>
      <source>收件后没有受理，没有可以暂停或延长的时限。</source>
      <translation>Received, not accepted: there is no limit to pause or extend.</translation>
    </message>
    <message>
      <source>已经延长过一次。</source>
      <translation>It was extended once already.</translation>
    </message>
    <message>
      <source>已经超期，不能再延长。</source>
      <translation>It is overdue and can no longer be extended.</translation>
    </message>
    <message>
      <source>今天到期</source>
      <translation>today</translation>
    </message>
    <message>
      <source>还剩 {n} 个工作日</source>
      <translation>{n} working days</translation>
    </message>
    <message>
      <source>还剩 {n} 天</source>
      <translation>{n} days</translation>
    </message>
    <message>
      <source>已超期</source>
      <translation>overdue</translation>
    </message>
    <message>
      <source>{day} 收件</source>
      <translation>received {day}</translation>
    </message>
    <message>
      <source>放假安排未发布</source>
      <translation>not published</translation>
    </message>
    <message>
      <source>纸上写 {day}</source>
      <translation>paper says {day}</translation>
    </message>
    <message>
      <source>告知时限</source>
      <translation>Notice</translation>
    </message>
    <message>
      <source>承诺时限</source>
      <translation>Promised</translation>
    </message>
    <message>
      <source>法定时限</source>
      <translation>By law</translation>
    </message>
    <message>
      <source>超期 {n} 个工作日</source>
      <translation>{n} working days over</translation>
    </message>
    <message>
      <source>超期 {n} 天</source>
      <translation>{n} days over</translation>
    </message>
    <message>
      <source>绿</source>
      <translation>green</translation>
    </message>
    <message>
      <source>黄</source>
      <translation>yellow</translation>
    </message>
    <message>
      <source>红</source>
      <translation>red</translation>
    </message>
    <message>
      <source>暂停</source>
      <translation>paused</translation>
    </message>
    <message>
      <source>{day} 起视为受理</source>
      <translation>deemed from {day}</translation>
    </message>
    <message>
      <source>{day} 受理</source>
      <translation>accepted {day}</translation>
    </message>
    <message>
      <source>暂停：{names}</source>
      <translation>paused: {names}</translation>
    </message>
    <message>
      <source>已延长 {n} 个工作日</source>
      <translation>{n} working days more</translation>
    </message>
    <message>
      <source>无清单，按法定</source>
      <translation>no list, by law</translation>
    </message>
    <message>
      <source>{due} 前受理、一次告知补正或者不予受理</source>
      <translation>Accept, notify or refuse by {due}</translation>
    </message>
    <message>
      <source>马上受理、告知补正或者不予受理，过期视为受理</source>
      <translation>Accept, notify or refuse now, or it counts as accepted</translation>
    </message>
    <message>
      <source>告知期限已过：按视为受理准备</source>
      <translation>Too late to notify: it will count as accepted</translation>
    </message>
    <message>
      <source>按受理办理，补发受理通知书，{due} 前办结</source>
      <translation>Treat as accepted, hand out the notice, finish by {due}</translation>
    </message>
    <message>
      <source>{due} 前办结</source>
      <translation>Finish by {due}</translation>
    </message>
    <message>
      <source>催办；办不完的，到期前报批延长</source>
      <translation>Urge it; else ask for an extension before it is due</translation>
    </message>
    <message>
      <source>尽快办结，并向申请人说明原因</source>
      <translation>Finish soon and tell the applicant why</translation>
    </message>
    <message>
      <source>程序结束的当天恢复时限</source>
      <translation>Resume on the day the procedure ends</translation>
    </message>
    <message>
      <source>将到期</source>
      <translation>due soon</translation>
    </message>
    <message>
      <source>这一件的时限没有暂停。</source>
      <translation>This clock is not paused.</translation>
    </message>
  </context>
</TS>
